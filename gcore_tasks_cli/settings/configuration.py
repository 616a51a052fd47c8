"""Where a setting comes from: a variable, else gcore-cli's configuration file, which is only read.

The file's format is that of gcore-cli, internal/config/types.go: the keys `api-url`, `api-key`,
`cloud-project` and `cloud-region` at the top, which are the profile `default`; under `profiles`
other profiles, whose keys are used before those; `profile` names the one in use.
"""

import os
import re
import stat
from collections.abc import Mapping
from functools import cached_property

from gcore_tasks_cli.errors import UsageError

FILE_VARIABLE = "GCORE_CONFIG"
DEFAULT_PROFILE = "default"
# File's key → the variables that are used before it: the SDK's name, then that of gcore-cli.
VARIABLES = {
    "api-key": ("GCORE_API_KEY", "GCORE_API_KEY_FILE", "GCORE_API_KEY_COMMAND"),
    "api-url": ("GCORE_BASE_URL", "GCORE_API_URL"),
    "cloud-project": ("GCORE_CLOUD_PROJECT_ID", "GCORE_CLOUD_PROJECT"),
    "cloud-region": ("GCORE_CLOUD_REGION_ID", "GCORE_CLOUD_REGION"),
}
_WORD = re.compile(r"[A-Za-z]+([_-][A-Za-z]+)*")
_LARGEST_FILE_BYTES = 65536
_MOST_PROFILES_NAMED = 20
# How YAML writes that there is nothing.
_NOTHING = ("", "~", "null", "Null", "NULL")


class Configuration:
    """The variables, and the file behind them, which is read when it is first needed.

    `profile` is the one that the command line chooses; None leaves the choice to the file.
    """

    def __init__(self, env: Mapping[str, str], profile: str | None = None) -> None:
        self.env = env
        self._chosen = profile.strip() if profile is not None else None
        self._mode = 0

    def find(self, key: str) -> tuple[str, str] | None:
        """The setting of this key of VARIABLES, and what a message calls its source.

        Raises:
            UsageError: if the file is needed and cannot be used.
        """
        for name in VARIABLES[key]:
            if text := self.env.get(name, "").strip():
                return text, name
        of_profile = f"{key} of profile {self.profile!r} in {self.path}"
        in_file = f"{key} in {self.path}"
        for section, place in ((self._profile, of_profile), (self._file, in_file)):
            if (value := _text(section.get(key), place)) is not None:
                return value, place
        return None

    def check_profile(self) -> None:
        """Reads the file if the command line chooses a profile, which may not be there.

        Raises:
            UsageError: if it is not, or the file cannot be used.
        """
        if self._chosen is not None:
            _ = self._profile

    @property
    def description(self) -> str:
        """The file and the profile in use, for people."""
        if not self._file:
            return "none" if self.path in ("", os.devnull) else f"none at {self.path}"
        return f"{self.path}, profile {self.profile!r}"

    @property
    def api_keys(self) -> list[str]:
        """The API keys of all profiles, none of which any output may show."""
        profiles = self._file.get("profiles")
        sections = (self._file, *(profiles.values() if isinstance(profiles, dict) else ()))
        values = (each.get("api-key") for each in sections if isinstance(each, dict))
        return [value for value in values if isinstance(value, str)]

    @property
    def unread_keys(self) -> list[str]:
        """The keys of the file that mean nothing here, for who misspells one.

        What is no word is left out: it may be `api-key:1234$abc`, which lacks a space.
        """
        known = (*VARIABLES, "profile", "profiles")
        keys = {str(key) for key in {**self._file, **self._profile} if key not in known}
        return sorted(key for key in keys if _WORD.fullmatch(key))

    @property
    def path(self) -> str:
        """The file's path, whether it is there or not; empty where there is no home folder."""
        if path := self.env.get(FILE_VARIABLE, "").strip():
            return path
        home = self.env.get("USERPROFILE" if os.name == "nt" else "HOME", "")
        return os.path.join(home, ".gcorecli", "config.yaml") if home else ""  # noqa: PTH118

    @cached_property
    def profile(self) -> str:
        """The name of the profile in use."""
        if self._chosen is not None:
            return self._chosen
        return _text(self._file.get("profile"), f"profile in {self.path}") or DEFAULT_PROFILE

    @property
    def notes(self) -> list[str]:
        """What the user should know of the file, if it was read."""
        notes = []
        if self._mode & (stat.S_IRGRP | stat.S_IROTH):
            notes.append(f"others can read {self.path}, which holds a key: chmod 600 it")
        for key, names in VARIABLES.items() if self._chosen is not None else ():
            name = next((name for name in names if self.env.get(name, "").strip()), None)
            if name and (key in self._profile or key in self._file):
                notes.append(f"{name} is set, and used before {key} of profile {self._chosen!r}")
        return notes

    @cached_property
    def _profile(self) -> Mapping[str, object]:
        """The keys of the profile in use alone; empty for the default one."""
        profiles = _section(self._file.get("profiles"), f"profiles in {self.path}")
        if self.profile not in profiles:
            if self.profile == DEFAULT_PROFILE:
                return {}
            if not self.profile:
                raise UsageError("--profile is empty", hint="is a variable empty?")
            known = [DEFAULT_PROFILE, *(name for name in profiles if name != DEFAULT_PROFILE)]
            more = "" if len(known) <= _MOST_PROFILES_NAMED else ", …"
            raise UsageError(
                f"there is no profile {self.profile[:50]!r} in {self.path or 'any file'}",
                hint=f"its profiles: {', '.join(known[:_MOST_PROFILES_NAMED])}{more}",
            )
        return _section(profiles[self.profile], f"profile {self.profile!r} in {self.path}")

    @cached_property
    def _file(self) -> Mapping[str, object]:
        path = self.path
        if path in ("", os.devnull):
            return {}
        try:
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError) as error:
            # In a home folder of somebody else there is no file for us.
            if not self.env.get(FILE_VARIABLE, "").strip():
                return {}
            raise _unusable(path, error) from None
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"cannot use {path}: it is not a file")
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                content = file.read(_LARGEST_FILE_BYTES + 1)
        except OSError as error:
            raise _unusable(path, error) from None
        if os.name == "posix" and b"api-key" in content:
            self._mode = status.st_mode
        return _section(_parsed(content, path), path)


def _parsed(content: bytes, path: str) -> object:
    """The YAML document, in which every scalar is text: `1234_5678` is a key and no number.

    A parser's own words are not passed on: they may quote the key.
    """
    if len(content) > _LARGEST_FILE_BYTES:
        raise UsageError(f"cannot use {path}: it is larger than {_LARGEST_FILE_BYTES // 1024} KiB")
    import yaml  # here, since only those who have such a file should wait for it

    try:
        return yaml.load(content.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise UsageError(f"{path} is not valid YAML{line}") from None
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):  # a number too large, say
        raise UsageError(f"{path} is not valid YAML") from None


def _section(value: object, place: str) -> Mapping[str, object]:
    if value is None or value in _NOTHING:
        return {}
    if not isinstance(value, dict):
        raise UsageError(f"{place} must hold keys and values")
    return value


def _text(value: object, place: str) -> str | None:
    if value is None or value in _NOTHING:
        return None
    if not isinstance(value, str):
        raise UsageError(f"{place} must be text, not a list or keys and values")
    return value.strip() or None


def _unusable(path: str, error: Exception) -> UsageError:
    return UsageError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}")
