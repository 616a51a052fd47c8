# gtask completion for PowerShell
# Written by completions/generate.py from gtask's own interface: do not edit.

Register-ArgumentCompleter -Native -CommandName gtask -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commands = [ordered]@{
        'watch' = 'Wait until every task is FINISHED or ERROR, showing progress.'
        'resources' = 'Print the IDs of what tasks created.'
        'list' = 'Find tasks, the newest first.'
        'get' = 'Show tasks: state, times, error, what they created.'
        'ack' = 'Acknowledge tasks: mark them as seen.'
        'sandbox' = 'Try gtask without an account: a local stand-in for the API.'
        'completion' = 'Print the completion script for bash, zsh, fish or PowerShell.'
        'help' = 'Explain a command, exit-codes, environment, waiting, output, ci.'
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
                @{ Names = @('--fields'); Help = 'Print these fields, tab-separated, a line a task: id,state,data.name'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-t', '--timeout'); Help = 'Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-i', '--interval'); Help = 'Check each task exactly this often (at least 0.1)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--fail-fast'); Help = 'Stop at the first task that fails' }
                @{ Names = @('--any'); Help = 'Stop at the first task that ends' }
                @{ Names = @('-q', '--quiet'); Help = 'Errors only' }
                @{ Names = @('--progress'); Help = 'auto, live, plain, none'; Values = @{ Kind = 'words'; Words = @('auto', 'live', 'plain', 'none') } }
                @{ Names = @('--heartbeat'); Help = 'In logs: a line after this much silence; 0: never'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--events'); Help = 'Print a JSON line at each change and at each end' }
                @{ Names = @('-a', '--active'); Help = 'Without IDs: every task that is active now' }
                @{ Names = @('-f', '--follow'); Help = 'Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout, which then has no default' }
                @{ Names = @('--appear'); Help = 'Without IDs: wait up to this long for something to start, then for all that matches; tasks already running are included'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-T', '--type'); Help = 'Type, prefix (create_) or pattern (''*_volume''); repeatable'; Values = @{ Kind = 'words'; Words = @('activate_ddos_profile', 'attach_bm_to_reserved_fixed_ip', 'attach_vm_interface', 'attach_vm_to_reserved_fixed_ip', 'attach_volume', 'convert_fip_to_reserved_fixed_ip', 'convert_reserved_fixed_ip_to_fip', 'create_ai_cluster_gpu', 'create_bm', 'create_caas_container', 'create_dbaas_postgres_cluster', 'create_ddos_profile', 'create_faas_function', 'create_faas_namespace', 'create_fip', 'create_gpu_virtual_cluster', 'create_image', 'create_inference_application', 'create_inference_instance', 'create_k8s_cluster_pool_v2', 'create_k8s_cluster_v2', 'create_l7policy', 'create_l7rule', 'create_lblistener', 'create_lbmember', 'create_lbpool', 'create_lbpool_health_monitor', 'create_loadbalancer', 'create_network', 'create_reserved_fixed_ip', 'create_router', 'create_secret', 'create_security_group', 'create_security_group_rule', 'create_servergroup', 'create_sfs', 'create_snapshot', 'create_subnet', 'create_vm', 'create_volume', 'deactivate_ddos_profile', 'delete_ai_cluster_gpu', 'delete_caas_container', 'delete_dbaas_postgres_cluster', 'delete_ddos_profile', 'delete_faas_function', 'delete_faas_namespace', 'delete_fip', 'delete_gpu_virtual_cluster', 'delete_gpu_virtual_server', 'delete_image', 'delete_inference_application', 'delete_inference_instance', 'delete_k8s_cluster_pool_v2', 'delete_k8s_cluster_v2', 'delete_l7policy', 'delete_l7rule', 'delete_lblistener', 'delete_lbmember', 'delete_lbmetadata', 'delete_lbpool', 'delete_loadbalancer', 'delete_network', 'delete_project', 'delete_reserved_fixed_ip', 'delete_router', 'delete_secret', 'delete_security_group_rule', 'delete_servergroup', 'delete_sfs', 'delete_snapshot', 'delete_subnet', 'delete_vm', 'delete_volume', 'detach_vm_interface', 'detach_volume', 'download_image', 'downscale_ai_cluster_gpu', 'downscale_gpu_virtual_cluster', 'extend_sfs', 'extend_volume', 'failover_loadbalancer', 'hard_reboot_bm', 'hard_reboot_gpu_baremetal_cluster', 'hard_reboot_gpu_baremetal_server', 'hard_reboot_gpu_virtual_cluster', 'hard_reboot_gpu_virtual_server', 'hard_reboot_vm', 'patch_caas_container', 'patch_dbaas_postgres_cluster', 'patch_faas_function', 'patch_faas_namespace', 'patch_lblistener', 'patch_lbpool', 'put_into_server_group', 'put_l7rule', 'rebuild_bm', 'rebuild_gpu_baremetal_cluster', 'rebuild_gpu_baremetal_node', 'rebuild_gpu_baremetal_server', 'remove_from_server_group', 'replace_gpu_baremetal_server', 'replace_lbmetadata', 'resize_k8s_cluster_v2', 'resize_loadbalancer', 'resize_vm', 'resume_vm', 'revert_volume', 'soft_reboot_bm', 'soft_reboot_gpu_baremetal_cluster', 'soft_reboot_gpu_baremetal_server', 'soft_reboot_gpu_virtual_cluster', 'soft_reboot_gpu_virtual_server', 'soft_reboot_vm', 'start_bm', 'start_gpu_baremetal_cluster', 'start_gpu_baremetal_server', 'start_gpu_virtual_cluster', 'start_gpu_virtual_server', 'start_vm', 'stop_bm', 'stop_gpu_baremetal_cluster', 'stop_gpu_baremetal_server', 'stop_gpu_virtual_cluster', 'stop_gpu_virtual_server', 'stop_vm', 'suspend_vm', 'sync_private_flavors', 'update_ddos_profile', 'update_floating_ip', 'update_inference_application', 'update_inference_instance', 'update_k8s_cluster_v2', 'update_l7policy', 'update_lbmetadata', 'update_loadbalancer', 'update_network', 'update_port', 'update_port_allowed_address_pairs', 'update_router', 'update_security_group', 'update_sfs', 'update_tags_gpu_virtual_cluster', 'upgrade_k8s_cluster_v2', 'upscale_ai_cluster_gpu', 'upscale_gpu_virtual_cluster') }; Repeatable = $true }
                @{ Names = @('-p', '--project'); Help = 'Project, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('-r', '--region'); Help = 'Region, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--user'); Help = 'Started by this user; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--resource'); Help = 'Created this resource or is about it; give its full ID; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--since'); Help = 'Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--until'); Help = 'Created until then; a date includes its day'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--acknowledged'); Help = 'Only acknowledged tasks, or only the others' }
                @{ Names = @('--unacknowledged'); Help = 'Only acknowledged tasks, or only the others' }
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-v', '--verbose'); Help = 'Log every request to standard error (never the key)' }
                @{ Names = @('--no-ci'); Help = 'In GitHub Actions: no annotations, job summary or step outputs' }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'resources' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('-T', '--type'); Help = 'Print only the IDs of this type (instances, volumes, …), bare, one a line'; Values = @{ Kind = 'words'; Words = @('ai_clusters', 'api_keys', 'caas_containers', 'clusters', 'ddos_profiles', 'faas_functions', 'faas_namespaces', 'file_shares', 'floatingips', 'healthmonitors', 'images', 'inference_instances', 'instances', 'k8s_clusters', 'k8s_pools', 'l7polices', 'l7rules', 'laas_topic', 'listeners', 'loadbalancers', 'members', 'networks', 'pools', 'ports', 'postgresql_clusters', 'projects', 'registry_registries', 'registry_users', 'routers', 'secrets', 'security_group_rules', 'security_groups', 'servergroups', 'snapshots', 'subnets', 'volumes') }; Repeatable = $true }
                @{ Names = @('-w', '--wait'); Help = 'Wait first, until every task has ended' }
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one object a task: task_id, state, and created_resources with only what was created' }
                @{ Names = @('-t', '--timeout'); Help = 'Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-i', '--interval'); Help = 'Check each task exactly this often (at least 0.1)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--fail-fast'); Help = 'Stop at the first task that fails' }
                @{ Names = @('--any'); Help = 'Stop at the first task that ends' }
                @{ Names = @('-q', '--quiet'); Help = 'Errors only' }
                @{ Names = @('--progress'); Help = 'auto, live, plain, none'; Values = @{ Kind = 'words'; Words = @('auto', 'live', 'plain', 'none') } }
                @{ Names = @('--heartbeat'); Help = 'In logs: a line after this much silence; 0: never'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-v', '--verbose'); Help = 'Log every request to standard error (never the key)' }
                @{ Names = @('--no-ci'); Help = 'In GitHub Actions: no annotations, job summary or step outputs' }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'list' = @{
            Arguments = @{ Kind = 'nothing' }
            Options = @(
                @{ Names = @('-s', '--state'); Help = 'Only tasks in this state: NEW, RUNNING, FINISHED, ERROR'; Values = @{ Kind = 'words'; Words = @('NEW', 'RUNNING', 'FINISHED', 'ERROR') }; Repeatable = $true }
                @{ Names = @('-a', '--active'); Help = 'Only what is not over: NEW and RUNNING' }
                @{ Names = @('-f', '--failed'); Help = 'Only what ended in ERROR, each with its reason' }
                @{ Names = @('-T', '--type'); Help = 'Type, prefix (create_) or pattern (''*_volume''); repeatable'; Values = @{ Kind = 'words'; Words = @('activate_ddos_profile', 'attach_bm_to_reserved_fixed_ip', 'attach_vm_interface', 'attach_vm_to_reserved_fixed_ip', 'attach_volume', 'convert_fip_to_reserved_fixed_ip', 'convert_reserved_fixed_ip_to_fip', 'create_ai_cluster_gpu', 'create_bm', 'create_caas_container', 'create_dbaas_postgres_cluster', 'create_ddos_profile', 'create_faas_function', 'create_faas_namespace', 'create_fip', 'create_gpu_virtual_cluster', 'create_image', 'create_inference_application', 'create_inference_instance', 'create_k8s_cluster_pool_v2', 'create_k8s_cluster_v2', 'create_l7policy', 'create_l7rule', 'create_lblistener', 'create_lbmember', 'create_lbpool', 'create_lbpool_health_monitor', 'create_loadbalancer', 'create_network', 'create_reserved_fixed_ip', 'create_router', 'create_secret', 'create_security_group', 'create_security_group_rule', 'create_servergroup', 'create_sfs', 'create_snapshot', 'create_subnet', 'create_vm', 'create_volume', 'deactivate_ddos_profile', 'delete_ai_cluster_gpu', 'delete_caas_container', 'delete_dbaas_postgres_cluster', 'delete_ddos_profile', 'delete_faas_function', 'delete_faas_namespace', 'delete_fip', 'delete_gpu_virtual_cluster', 'delete_gpu_virtual_server', 'delete_image', 'delete_inference_application', 'delete_inference_instance', 'delete_k8s_cluster_pool_v2', 'delete_k8s_cluster_v2', 'delete_l7policy', 'delete_l7rule', 'delete_lblistener', 'delete_lbmember', 'delete_lbmetadata', 'delete_lbpool', 'delete_loadbalancer', 'delete_network', 'delete_project', 'delete_reserved_fixed_ip', 'delete_router', 'delete_secret', 'delete_security_group_rule', 'delete_servergroup', 'delete_sfs', 'delete_snapshot', 'delete_subnet', 'delete_vm', 'delete_volume', 'detach_vm_interface', 'detach_volume', 'download_image', 'downscale_ai_cluster_gpu', 'downscale_gpu_virtual_cluster', 'extend_sfs', 'extend_volume', 'failover_loadbalancer', 'hard_reboot_bm', 'hard_reboot_gpu_baremetal_cluster', 'hard_reboot_gpu_baremetal_server', 'hard_reboot_gpu_virtual_cluster', 'hard_reboot_gpu_virtual_server', 'hard_reboot_vm', 'patch_caas_container', 'patch_dbaas_postgres_cluster', 'patch_faas_function', 'patch_faas_namespace', 'patch_lblistener', 'patch_lbpool', 'put_into_server_group', 'put_l7rule', 'rebuild_bm', 'rebuild_gpu_baremetal_cluster', 'rebuild_gpu_baremetal_node', 'rebuild_gpu_baremetal_server', 'remove_from_server_group', 'replace_gpu_baremetal_server', 'replace_lbmetadata', 'resize_k8s_cluster_v2', 'resize_loadbalancer', 'resize_vm', 'resume_vm', 'revert_volume', 'soft_reboot_bm', 'soft_reboot_gpu_baremetal_cluster', 'soft_reboot_gpu_baremetal_server', 'soft_reboot_gpu_virtual_cluster', 'soft_reboot_gpu_virtual_server', 'soft_reboot_vm', 'start_bm', 'start_gpu_baremetal_cluster', 'start_gpu_baremetal_server', 'start_gpu_virtual_cluster', 'start_gpu_virtual_server', 'start_vm', 'stop_bm', 'stop_gpu_baremetal_cluster', 'stop_gpu_baremetal_server', 'stop_gpu_virtual_cluster', 'stop_gpu_virtual_server', 'stop_vm', 'suspend_vm', 'sync_private_flavors', 'update_ddos_profile', 'update_floating_ip', 'update_inference_application', 'update_inference_instance', 'update_k8s_cluster_v2', 'update_l7policy', 'update_lbmetadata', 'update_loadbalancer', 'update_network', 'update_port', 'update_port_allowed_address_pairs', 'update_router', 'update_security_group', 'update_sfs', 'update_tags_gpu_virtual_cluster', 'upgrade_k8s_cluster_v2', 'upscale_ai_cluster_gpu', 'upscale_gpu_virtual_cluster') }; Repeatable = $true }
                @{ Names = @('-p', '--project'); Help = 'Project, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('-r', '--region'); Help = 'Region, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--since'); Help = 'Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--until'); Help = 'Created until then; a date includes its day'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--acknowledged'); Help = 'Only acknowledged tasks, or only the others' }
                @{ Names = @('--unacknowledged'); Help = 'Only acknowledged tasks, or only the others' }
                @{ Names = @('--user'); Help = 'Started by this user; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--resource'); Help = 'Created this resource or is about it; give its full ID; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('--order'); Help = 'desc: newest first; asc: oldest first'; Values = @{ Kind = 'words'; Words = @('asc', 'desc') } }
                @{ Names = @('-n', '--limit'); Help = 'At most so many tasks'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--all'); Help = 'All of them, however many' }
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('--fields'); Help = 'Print these fields, tab-separated, a line a task: id,state,data.name'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--ids'); Help = 'Print bare IDs, one a line' }
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-v', '--verbose'); Help = 'Log every request to standard error (never the key)' }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'get' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('--fields'); Help = 'Print these fields, tab-separated, a line a task: id,state,data.name'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-v', '--verbose'); Help = 'Log every request to standard error (never the key)' }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'ack' = @{
            Arguments = @{ Kind = 'task IDs' }
            Options = @(
                @{ Names = @('--all'); Help = 'Acknowledge all tasks instead of those named' }
                @{ Names = @('-p', '--project'); Help = 'Project, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('-r', '--region'); Help = 'Region, or ''all''; repeatable'; Values = @{ Kind = 'nothing' }; Repeatable = $true }
                @{ Names = @('-y', '--yes'); Help = 'With --all: do not ask whether that is meant' }
                @{ Names = @('-j', '--json'); Help = 'Print JSON, one document a task, as the API sent it' }
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('-v', '--verbose'); Help = 'Log every request to standard error (never the key)' }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'sandbox' = @{
            Arguments = @{ Kind = 'command line' }
            Options = @(
                @{ Names = @('--scenario'); Help = 'A JSON file that describes other tasks and faults'; Values = @{ Kind = 'files' } }
                @{ Names = @('--port'); Help = 'The port to listen on'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'completion' = @{
            Arguments = @{ Kind = 'words'; Words = @('bash', 'zsh', 'fish', 'powershell') }
            Options = @(
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
                @{ Names = @('-h', '--help'); Help = 'Show this message and exit' }
            )
        }
        'help' = @{
            Arguments = @{ Kind = 'words'; Words = @('watch', 'resources', 'list', 'get', 'ack', 'sandbox', 'completion', 'help', 'exit-codes', 'environment', 'ids', 'waiting', 'output', 'ci', 'stability', 'sandbox') }
            Options = @(
                @{ Names = @('--profile'); Help = 'Use this profile of gcore-cli''s configuration file'; Values = @{ Kind = 'nothing' } }
                @{ Names = @('--color'); Help = 'auto, always, never'; Values = @{ Kind = 'words'; Words = @('auto', 'always', 'never') } }
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
