"""The completion script for PowerShell (5.1 and later)."""

from completions.interface import Interface, Kind, Option, Values

_HEAD = r"""# gtask completion for PowerShell
# Written by completions/generate.py from gtask's own interface: do not edit.

Register-ArgumentCompleter -Native -CommandName gtask -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

"""

_TAIL = r"""
    # The words that are complete before the cursor, without gtask itself.
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.ToString() })
    $command = ''
    $given = @()
    foreach ($word in $words) {
        if ($command -eq '' -and -not $word.StartsWith('-')) { $command = $word }
        else { $given += $word }
    }
    if ($command -ne '' -and -not $interface.ContainsKey($command)) { return }
    $known = $interface[$command]
    $afterDashes = $given -ccontains '--'
    $before = if ($words.Count -gt 0) { $words[-1] } else { '' }

    function New-Result($text, $kind, $tip) {
        if ($text.StartsWith($wordToComplete, [StringComparison]::Ordinal)) {
            [System.Management.Automation.CompletionResult]::new($text, $text, $kind, $tip)
        }
    }

    function Get-RecentTask {
        if ($env:GTASK_NO_HISTORY) { return }
        $cache = $env:XDG_CACHE_HOME
        if (-not $cache -or -not [System.IO.Path]::IsPathRooted($cache)) {
            $cache = if ($env:LOCALAPPDATA) { $env:LOCALAPPDATA } else { "$HOME/.cache" }
        }
        $file = Join-Path (Join-Path $cache 'gtask') 'recent-tasks'
        if (-not (Test-Path -LiteralPath $file -PathType Leaf)) { return }
        $api = if ($env:GCORE_BASE_URL) { $env:GCORE_BASE_URL } else { 'https://api.gcore.com' }
        $api = $api -replace '^[^:]*://', '' -replace '/.*', ''
        # What gtask did not write is not offered.
        $plain = '^([A-Za-z0-9][A-Za-z0-9._-]*)\t([A-Za-z0-9_-]+)\t([A-Za-z0-9_-]+)\t(\S+)$'
        $lines = Get-Content -LiteralPath $file -TotalCount 200 -ErrorAction SilentlyContinue
        foreach ($line in $lines) {
            if ($line -cnotmatch $plain) { continue }
            if ($Matches[4] -cne $api -or $given -ccontains $Matches[1]) { continue }
            New-Result $Matches[1] 'ParameterValue' "$($Matches[2]), $($Matches[3])"
        }
    }

    function Get-File {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
    }

    function Get-Value($values) {
        switch ($values.Kind) {
            'words' { foreach ($word in $values.Words) { New-Result $word 'ParameterValue' $word } }
            'task IDs' { Get-RecentTask }
            'files' { Get-File }
            'folders' { Get-File | Where-Object { $_.ResultType -eq 'ProviderContainer' } }
            'command line' { if ($afterDashes) { Get-File } }
        }
    }

    if (-not $afterDashes) {
        foreach ($option in $known.Options) {
            if ($option.Values -and $option.Names -ccontains $before) {
                return Get-Value $option.Values
            }
        }
        if ($wordToComplete.StartsWith('-')) {
            foreach ($option in $known.Options) {
                $isGiven = @($option.Names | Where-Object { $given -ccontains $_ }).Count -gt 0
                if ($isGiven -and -not $option.Repeatable) { continue }
                New-Result $option.Names[-1] 'ParameterName' $option.Help
            }
            return
        }
    }
    if ($command -eq '') {
        foreach ($name in $commands.Keys) { New-Result $name 'Command' $commands[$name] }
        return
    }
    Get-Value $known.Arguments
}
"""


def script(interface: Interface) -> str:
    """The whole script."""
    lines = ["    $commands = [ordered]@{"]
    lines += [f"        {_quoted(c.name)} = {_quoted(c.summary)}" for c in interface.commands]
    lines += ["    }", "    $interface = @{"]
    lines += _entry("", interface.options, Values())
    for command in interface.commands:
        lines += _entry(command.name, command.options, command.arguments)
    lines += ["    }"]
    return _HEAD + "\n".join(lines) + "\n" + _TAIL


def _entry(name: str, options: tuple[Option, ...], arguments: Values) -> list[str]:
    lines = [f"        {_quoted(name)} = @{{", f"            Arguments = {_values(arguments)}"]
    lines.append("            Options = @(")
    for option in options:
        values = f"; Values = {_values(option.values)}" if option.values is not None else ""
        repeatable = "; Repeatable = $true" if option.is_repeatable else ""
        lines.append(
            f"                @{{ Names = {_list(option.names)}; "
            f"Help = {_quoted(option.summary)}{values}{repeatable} }}"
        )
    return [*lines, "            )", "        }"]


def _values(values: Values) -> str:
    words = f"; Words = {_list(values.words)}" if values.kind is Kind.WORDS else ""
    return f"@{{ Kind = {_quoted(values.kind.value)}{words} }}"


def _list(words: tuple[str, ...]) -> str:
    return "@(" + ", ".join(map(_quoted, words)) + ")"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
