"""`gtask resources`: the IDs of what tasks created."""

from gcore_tasks_cli.options import STOP, TASK_IDS, Waiting, option


class Resources(Waiting):
    """What tasks created, at once or after a wait."""

    task_ids: list[str] = TASK_IDS
    wait: bool = option("-w, --wait", "Wait first, until every task has ended.", STOP)
    type: list[str] = option(
        "-T, --type TYPE",
        "Print only the IDs of this type (instances, volumes, …), bare, one a line; repeatable.",
    )
    json: bool = option(
        "-j, --json",
        "Print JSON, one object a task: task_id, state, and created_resources with only "
        "what was created.",
    )

    def run(self) -> int:
        """Waits or not, then prints."""
        from gcore_tasks_cli.errors import ExitCode, UsageError, most_important
        from gcore_tasks_cli.invocation import ONE_SHOT_SECONDS
        from gcore_tasks_cli.operations.fetch import print_each
        from gcore_tasks_cli.operations.wait import wait as wait_for
        from gcore_tasks_cli.output.text import ResourcesPrinter
        from gcore_tasks_cli.polling.jobs import GetTask
        from gcore_tasks_cli.tasks.meant import RESOURCE_TYPES, resource_type_meant

        options = self.wait_options()
        unknown = [each for each in self.type if each not in RESOURCE_TYPES]
        for each in unknown:
            if meant := resource_type_meant(each):
                raise UsageError(
                    f"there is no resource type {each!r}", hint=f"did you mean {meant}?"
                )
        timeout = self.timeout_seconds()
        waits = self.wait and timeout > 0
        invocation = self.begin_wait(options, timeout if waits else ONE_SHOT_SECONDS)
        chosen = invocation.task_ids(self.task_ids)
        if not chosen:  # an answer that started no task
            return ExitCode.NOT_FOUND if self.type else ExitCode.OK
        for each in unknown:
            invocation.streams.note(f"gtask: {each!r} is not a type that gtask knows")
        printer = ResourcesPrinter(invocation.streams, tuple(self.type), as_json=self.json)
        if waits:
            codes = wait_for(invocation, chosen, options, printer)
        else:
            codes = print_each(invocation, [GetTask(task_id) for task_id in chosen], printer)
        return most_important(codes | printer.report(waited=waits))
