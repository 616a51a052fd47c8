"""`gtask get`: shows tasks."""

from gcore_tasks_cli.options import TASK_IDS, Form


class Get(Form):
    """Each task in the form that is wanted; a card where none is."""

    task_ids: list[str] = TASK_IDS

    def run(self) -> int:
        """Asks for each task and prints it."""
        from gcore_tasks_cli.errors import most_important
        from gcore_tasks_cli.operations.fetch import print_each
        from gcore_tasks_cli.output.text import CardPrinter
        from gcore_tasks_cli.polling.jobs import GetTask

        invocation = self.begin()
        printer = self.printer(invocation, CardPrinter)
        jobs = [GetTask(task_id) for task_id in invocation.task_ids(self.task_ids)]
        return most_important(print_each(invocation, jobs, printer))
