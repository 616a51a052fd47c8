#!/usr/bin/env bash
# Installs gtask from the checkout that this action is part of, and waits for the tasks. The runner
# needs Python 3.11 or later; those of GitHub have it.
set -euo pipefail
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)"
environment="$RUNNER_TEMP/gtask"
python="$(command -v python3 || command -v python)"
"$python" -m venv --without-pip "$environment"
programs="$environment/bin"
[[ -d $programs ]] || programs="$environment/Scripts" # on Windows
"$python" -m pip --python "$environment" install --quiet --disable-pip-version-check "$checkout"
printf '%s\n' "$TASKS" | "$programs/gtask" watch - --timeout "$TIMEOUT"
