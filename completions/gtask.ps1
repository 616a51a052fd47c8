# gtask completion for PowerShell
# Written by completions/generate.py from gtask's own interface: do not edit.

Register-ArgumentCompleter -Native -CommandName gtask -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
        'watch' = 'Wait until every task is FINISHED or ERROR, showing progress.'
        'resources' = 'Print the IDs of what tasks created.'
        'get' = 'Show tasks: state, times, error, what they created.'
        'sandbox' = 'Try gtask without an account: a local stand-in for the API.'
        'completion' = 'Print the completion script for bash, zsh, fish or PowerShell.'
        'help' = 'Explain a command, the exit codes or the environment.'
    }
    $interface = @{
        '' = @{
            Arguments = @{ Kind = 'nothing' }
            Options = @(
                @{ Names = @('-V', '--version'); Help = 'Show version' }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'watch' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('-t', '--timeout'); Help = 'Give up after this long: 90, 90s, 10m, 2h'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-i', '--interval'); Help = 'Check each task this often (at least 0.1)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--fail-fast'); Help = 'Stop waiting at the first task that ends in ERROR' }
                @{ Names = @('--any'); Help = 'Stop waiting at the first task that ends' }
                @{ Names = @('-q', '--quiet'); Help = 'No progress and no summary; errors only' }
                @{ Names = @('--heartbeat'); Help = 'Without a terminal: give a sign of life after this much silence'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'resources' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('-T', '--type'); Help = 'Print only the IDs of this type (instances, volumes, …), bare, one a line'; Values = @{ Kind = 'words'; Words = @('ai_clusters', 'api_keys', 'caas_containers', 'clusters', 'ddos_profiles', 'faas_functions', 'faas_namespaces', 'file_shares', 'floatingips', 'healthmonitors', 'images', 'inference_instances', 'instances', 'k8s_clusters', 'k8s_pools', 'l7polices', 'l7rules', 'laas_topic', 'listeners', 'loadbalancers', 'members', 'networks', 'pools', 'ports', 'postgresql_clusters', 'projects', 'registry_registries', 'registry_users', 'routers', 'secrets', 'security_group_rules', 'security_groups', 'servergroups', 'snapshots', 'subnets', 'volumes') }; Repeatable = $true }
                @{ Names = @('-w', '--wait'); Help = 'Wait first, until every task has ended' }
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('-t', '--timeout'); Help = 'Give up after this long: 90, 90s, 10m, 2h'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-i', '--interval'); Help = 'Check each task this often (at least 0.1)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--fail-fast'); Help = 'Stop waiting at the first task that ends in ERROR' }
                @{ Names = @('-q', '--quiet'); Help = 'No progress and no summary; errors only' }
                @{ Names = @('--heartbeat'); Help = 'Without a terminal: give a sign of life after this much silence'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'get' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'sandbox' = @{
            Arguments = @{ Kind = 'command line' }
            Options = @(
                @{ Names = @('--scenario'); Help = 'A JSON file that describes other tasks and faults'; Values = @{ Kind = 'files' } }
                @{ Names = @('--port'); Help = 'The port to listen on'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'completion' = @{
            Arguments = @{ Kind = 'words'; Words = @('bash', 'zsh', 'fish', 'powershell') }
            Options = @(
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'help' = @{
            Arguments = @{ Kind = 'words'; Words = @('watch', 'resources', 'get', 'sandbox', 'completion', 'help', 'exit-codes', 'environment') }
            Options = @(
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
    }

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
