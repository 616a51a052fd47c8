"""The file of recent task IDs: its entries, its limits, its place, and that no command fails."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gcore_tasks_cli.tasks import cache
from gcore_tasks_cli.tasks.recent import (
    MOST_OF_ALL,
    MOST_OF_ONE_API,
    RecentTask,
    entries_in,
    merged,
    recent_task,
    recent_tasks_file,
    remember,
)
from tests.unit.documents import document

HOST = "api.gcore.com"
WRITERS = 16
WRITER = """
import sys
from gcore_tasks_cli.tasks.document import Document
from gcore_tasks_cli.tasks.recent import remember
print("ready", flush=True)
sys.stdin.readline()
remember([Document({"id": sys.argv[2], "state": "NEW"})], {"XDG_CACHE_HOME": sys.argv[1]}, "a")
"""
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX")


def entries(count: int, host: str = HOST) -> list[RecentTask]:
    return [RecentTask(f"{n}", "create_vm", "NEW", host) for n in range(count)]


def saved(folder: Path, *ids: str, host: str = HOST) -> Path:
    env = {"XDG_CACHE_HOME": str(folder)}
    remember(map(document, ids), env, host)
    path = recent_tasks_file(env)
    assert path is not None
    return path


@pytest.mark.parametrize(
    "hostile",
    ["$(id)", "`id`", "a b", "a;b", "a\tb", "a\nb", "-rf", "a'b", 'a"b', "a/../b", "ü", ""],
)
def test_an_id_with_characters_that_shells_interpret_is_not_kept(hostile: str) -> None:
    assert recent_task(hostile, "create_vm", "NEW", HOST) is None
    assert recent_task("a", hostile, hostile, HOST) == RecentTask("a", "-", "-", HOST)


@given(st.text(), st.text(), st.text(), st.text())
def test_every_entry_is_harmless_to_a_shell_and_can_be_read_again(
    task_id: str, task_type: str, state: str, host: str
) -> None:
    entry = recent_task(task_id, task_type, state, host)
    if entry is not None:
        assert not set(entry.line) & set("$`\"'\\;&|<>(){}*?!# ~\r")
        assert entries_in(entry.line) == [entry]


@given(st.text())
def test_no_file_content_crashes_the_reading(text: str) -> None:
    assert all(entry.line for entry in entries_in(text))


def test_the_latest_come_first_each_once_and_bounded() -> None:
    new = [RecentTask("1", "create_vm", "FINISHED", HOST)]
    assert merged(new, entries(3)) == [new[0], entries(3)[0], entries(3)[2]]
    assert len(merged([], entries(MOST_OF_ONE_API + 1))) == MOST_OF_ONE_API
    others = [entry for n in range(9) for entry in entries(400, f"host{n}")]
    assert len(merged(new, others)) == MOST_OF_ALL


def test_a_busy_sandbox_does_not_push_out_the_tasks_of_another_api() -> None:
    kept = merged(entries(MOST_OF_ONE_API + 1, "127.0.0.1:8000"), entries(30))
    assert sum(entry.host == HOST for entry in kept) == 30


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({"HOME": "/h"}, "/h/.cache/gtask/recent-tasks"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/c/gtask/recent-tasks"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "relative"}, "/h/.cache/gtask/recent-tasks"),
        ({"HOME": "/h", "GTASK_NO_HISTORY": "1"}, None),
        ({}, None),
    ],
)
@posix_only
def test_the_path_of_the_file(env: dict[str, str], expected: str | None) -> None:
    assert recent_tasks_file(env) == (Path(expected) if expected else None)


@posix_only
def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = saved(tmp_path / "cache", "a", "b")
    assert [entry.id for entry in entries_in(path.read_text())] == ["a", "b"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {child.name for child in path.parent.iterdir()} == {path.name}
    assert {stat.S_IMODE(child.stat().st_mode) for child in path.parent.iterdir()} == {0o600}


def test_the_draft_of_a_killed_process_does_not_block_the_next(tmp_path: Path) -> None:
    path = saved(tmp_path, "a")
    draft = path.with_name("recent-tasks.draft")
    draft.touch()
    os.utime(draft, (0, 0))
    saved(tmp_path, "b")
    assert [entry.id for entry in entries_in(path.read_text())] == ["b", "a"]


def test_processes_that_write_at_the_same_time_lose_no_id(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), f"task-{n}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for n in range(WRITERS)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline().strip() == b"ready"
    for writer in writers:
        writer.communicate(b"write\n", timeout=60)
    path = tmp_path / "gtask" / "recent-tasks"
    found = {entry.id for entry in entries_in(path.read_text())}
    assert found == {f"task-{n}" for n in range(WRITERS)}
    assert not path.with_name("recent-tasks.draft").exists()


def test_a_process_that_never_ends_its_writing_is_waited_for_briefly_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_LONGEST_WAIT_SECONDS", 0.05)
    path = saved(tmp_path, "a")
    draft = path.with_name("recent-tasks.draft")
    draft.touch()
    assert not remember([document("b")], {"XDG_CACHE_HOME": str(tmp_path)}, HOST)
    draft.unlink()
    assert [entry.id for entry in entries_in(path.read_text())] == ["a"]
    assert remember([document("c")], {"XDG_CACHE_HOME": str(tmp_path)}, HOST)


@posix_only
@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME"])
def test_a_home_folder_that_does_not_exist_is_not_created(tmp_path: Path, variable: str) -> None:
    home = tmp_path / "no-such-home"
    place = home if variable == "HOME" else home / ".cache"
    remember([document("a")], {variable: str(place)}, HOST)
    assert not home.exists()


@posix_only
def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "gtask").mkdir()
    (tmp_path / "gtask" / "recent-tasks").symlink_to(target)
    path = saved(tmp_path, "a")
    assert not path.is_symlink()
    assert target.read_text() == "mine"


@posix_only
@pytest.mark.parametrize("obstacle", ["file", "folder", "fifo", "device"])
def test_no_obstacle_fails_or_delays_a_command(tmp_path: Path, obstacle: str) -> None:
    if obstacle == "file":
        (tmp_path / "gtask").touch()
    elif obstacle == "device":
        tmp_path = Path("/dev/null")
    else:
        (tmp_path / "gtask").mkdir()
        place = tmp_path / "gtask" / "recent-tasks"
        if obstacle == "folder":
            place.mkdir()
        elif sys.platform != "win32":
            os.mkfifo(place)
    saving = threading.Thread(target=saved, args=(tmp_path, "a"), daemon=True)
    saving.start()
    saving.join(60)
    assert not saving.is_alive()
