"""What gtask promises about waiting, errors and security; each has a row that shows it.

What is no fault, or shows in another way than by a row, has a test of its own: `ELSEWHERE`.
"""

PROMISES = {
    "refused": "refused or reset connections never end a wait before the deadline",
    "time-outs": "time-outs never end a wait before the deadline",
    "busy": "408, 425 and 429 never end a wait before the deadline",
    "5xx": "5xx never end a wait before the deadline, whatever their body is",
    "cut short": "bodies cut short never end a wait before the deadline",
    "no task": "bodies that are no task, or another task, never end a wait before the deadline",
    "lookup": "a name lookup that fails for a while never ends a wait before the deadline",
    "retry-after": "Retry-After, in seconds or as a date, is obeyed",
    "deadline": "one deadline for all tasks, and it holds whatever the network does",
    "own bound": "no request hangs longer than its own bound without another try",
    "permanent": "400, 401, 403, 404 and a redirect end the wait at once",
    "certificate": "a certificate that is not trusted ends the wait at once",
    "settings": "a bad setting ends with exit 2 before anything is sent",
    "404 once": "a 404 is believed once it has lasted: 3 s, or 10 s for a task that was seen",
    "in a row": "after good answers a refusal has to come three times in a row",
    "last document": "every task that was seen gives exactly one document, also at the deadline",
    "not the others": "one ID's failure never loses the others",
    "reported once": "trouble is reported once when it starts and once when it is over",
    "sentence": "one sentence with what the API said, a hint, and the request ID",
    "bounded": "a response is read up to 32 MiB and no further, also after decompression",
    "key": "the key leaves only in its header: no output shows it, no redirect carries it away",
    "harmless": "the output of a hostile API can neither steer the terminal nor crash gtask",
}

# A promise, and the end-to-end test that shows it.
ELSEWHERE = {
    "--timeout 0 checks once": "test_watch.py::test_timeout_0_checks_once",
    "--interval fixes the pace": "test_watch.py::test_a_finished_task_is_not_asked_again",
    "--fail-fast ends at the first ERROR": (
        "test_watch.py::test_fail_fast_ends_at_the_first_error_and_loses_nothing"
    ),
    "--any ends at the first end": "test_watch.py::test_any_ends_at_the_first_task_that_ends",
    "one document each, also on Ctrl-C, and how to resume": (
        "test_interrupts.py::test_many_tasks_give_their_last_documents_and_a_short_hint"
    ),
    "get retries a few times": "test_get.py::test_transient_faults_are_tried_again_a_few_times",
    "get gives up within 20 s": "test_get.py::test_get_gives_up_on_a_lasting_outage",
    "list retries": "test_list.py::test_transient_faults_are_met_with_another_try",
    "ack retries": "test_ack.py::test_a_lost_answer_is_asked_for_again",
    "no traceback": "test_hostile_input.py::test_any_body_of_an_answer_is_no_task_and_no_crash",
    "no output shows the key": "test_verbose.py::test_a_key_that_an_answer_repeats_is_not_shown",
    "the terminal is left as it was": (
        "test_terminal.py::test_an_interrupt_leaves_the_terminal_as_it_was"
    ),
}
