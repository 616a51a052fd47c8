"""What a list left out, in words. Standard library only."""

from gcore_tasks_cli.output import words
from gcore_tasks_cli.polling.events import Found
from gcore_tasks_cli.polling.goal import Search
from gcore_tasks_cli.polling.pages import Page
from gcore_tasks_cli.tasks.query import TaskQuery


class ListNotes:
    """Counts what a list shows and what it leaves out; `most` is how many tasks were wanted."""

    def __init__(self, query: TaskQuery, most: int | None) -> None:
        self._query = query
        self._most = most
        self._is_last = False
        self._total = 0  # in the API's list, as far as is known
        self._read = 0
        self._pages = 0
        self._matching = 0
        self.shown = 0

    def count(self, page: Page, *, shown: int, matching: int) -> None:
        """Takes a page in, of which so many tasks match and so many are shown."""
        self._is_last = page.is_last
        self._pages += 1
        self._read += len(page.documents)
        self._total = max(page.total, self._read)
        self._matching += matching
        self.shown += shown

    @property
    def is_full(self) -> bool:
        """Whether as many tasks are shown as were wanted."""
        return self._most is not None and self.shown >= self._most

    @property
    def is_complete(self) -> bool:
        """Whether all that is to be shown was in the first page."""
        return self._pages == 1 and (self.is_full or self._is_last)

    def note(self) -> str | None:
        """The note for standard error: what was left out and, for a resource, what was searched."""
        return "; ".join(filter(None, (self._left_out(), self._searched()))) or None

    def _left_out(self) -> str | None:
        if self.shown == 0:
            return f"no task matches{scope_words(self._query)}"
        if not self.is_full or (self._is_last and self._matching == self.shown):
            return None
        if not self._query.filters_here:
            if self.shown >= self._total:
                return None
            what = f"of {words.tasks(self._total)}"
        elif self._is_last:
            what = f"of {words.tasks(self._matching)} that match"
        else:
            what = f"that match, after looking at {self._looked_at()}"
        which = "newest" if self._query.newest_first else "oldest"
        return f"the {which} {self.shown:,} {what}; --limit N shows more, --all shows all"

    def _searched(self) -> str | None:
        if not self._query.resources:
            return None
        limits = (("since", self._query.since), ("until", self._query.until))
        times = [f"{name} {time:%Y-%m-%d %H:%M} UTC" for name, time in limits if time is not None]
        return f"searched {self._looked_at()}{' created ' if times else ''}{' '.join(times)}"

    def _looked_at(self) -> str:
        """`100 of 900 tasks`, or `45 tasks` if these are all."""
        some = f"{self._read:,} of " if self._read < self._total else ""
        return some + words.tasks(self._total)


def scope_words(query: TaskQuery) -> str:
    """` in project 1234`: where was looked, which perhaps comes from the environment."""
    chosen = [
        f"{name} {', '.join(map(str, numbers))}"
        for name, numbers in (("project", query.projects), ("region", query.regions))
        if numbers
    ]
    return f" in {' and '.join(chosen)}" if chosen else ""


def found_words(search: Search, found: Found) -> str:
    """How many tasks a search found and where, or what was searched if it found none."""
    query, where = search.query, scope_words(search.query)
    if found.tasks:
        kind = "recent" if found.is_recent else "active"
        return f"waiting for {words.tasks(found.tasks, f'{kind} task')}{where}"
    if not query.filters_here:
        return f"no task is active{where}"
    searched = words.tasks(found.searched, "active task")
    resources = ", ".join(query.resources)
    about = f"is about {resources}" if resources else "matches"
    elsewhere = "; gtask list --resource finds those that are over" if resources else ""
    return f"no active task {about}: searched {searched}{where}{elsewhere}"
