# gtask completion for fish
# Written by completions/generate.py from gtask's own interface: do not edit.

# What fish has made of the manual page by itself offers every option to every command.
complete -C 'gtask --' >/dev/null
complete -c gtask -e

# The command on the line, once there is one.
function __gtask_command
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if not string match -q -- '-*' $word
            echo $word
            return 0
        end
    end
    return 1
end

function __gtask_needs_command
    not __gtask_command >/dev/null
end

function __gtask_is
    test "$(__gtask_command)" = "$argv[1]"
end

# Whether no argument stands after the command yet.
function __gtask_is_at_first_argument
    __gtask_is $argv[1]; and test (count (string match -v -- '-*' (commandline -opc))) -eq 2
end

# The tasks seen lately at this API, the latest first.
function __gtask_recent_tasks
    test -z "$GTASK_NO_HISTORY"; or return 0
    set -l cache $HOME/.cache
    if string match -q '/*' -- "$XDG_CACHE_HOME"
        set cache $XDG_CACHE_HOME
    end
    set -l file $cache/gtask/recent-tasks
    test -f $file; and test -r $file; or return 0
    set -l api https://api.gcore.com
    test -n "$GCORE_BASE_URL"; and set api $GCORE_BASE_URL
    set api (string replace -r '^[^:]*://' '' -- $api | string replace -r '/.*' '')
    set -l given (commandline -opc)
    set -l count 0
    while read -d \t -l id type state host
        set count (math $count + 1)
        test $count -le 200; or break
        test "$host" = "$api"; or continue
        # What gtask did not write is not offered.
        string match -qr '^[A-Za-z0-9][A-Za-z0-9._-]*$' -- "$id"; or continue
        string match -qr '^[A-Za-z0-9_-]*$' -- "$type$state"; or continue
        contains -- $id $given; or printf '%s\t%s, %s\n' $id $type $state
    end <$file
end

# What completes the command that stands after the two dashes.
function __gtask_command_line
    set -l words (commandline -opc)
    set -l dashes (contains -i -- -- $words); or return 0
    set -e words[1..$dashes]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

complete -c gtask -e
complete -c gtask -f

complete -c gtask -n __gtask_needs_command -k -a watch -d 'Wait until every task is FINISHED or ERROR, showing progress.'
complete -c gtask -n __gtask_needs_command -k -a resources -d 'Print the IDs of what tasks created.'
complete -c gtask -n __gtask_needs_command -k -a list -d 'Find tasks, the newest first.'
complete -c gtask -n __gtask_needs_command -k -a get -d 'Show tasks: state, times, error, what they created.'
complete -c gtask -n __gtask_needs_command -k -a ack -d 'Acknowledge tasks: mark them as seen.'
complete -c gtask -n __gtask_needs_command -k -a sandbox -d 'Try gtask without an account: a local stand-in for the API.'
complete -c gtask -n __gtask_needs_command -k -a completion -d 'Print the completion script for bash, zsh, fish or PowerShell.'
complete -c gtask -n __gtask_needs_command -k -a help -d 'Explain a command, exit-codes, environment, waiting, output, ci.'
complete -c gtask -n '__gtask_needs_command; and not __fish_contains_opt -s V version' -s V -l version -d 'Show version'
complete -c gtask -n '__gtask_needs_command; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'

complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is watch' -l fields -x -d 'Print these fields, tab-separated, a line a task: id,state,data.name'
complete -c gtask -n '__gtask_is watch' -s t -l timeout -x -d 'Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once'
complete -c gtask -n '__gtask_is watch' -s i -l interval -x -d 'Check each task exactly this often (at least 0.1)'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt fail-fast' -l fail-fast -d 'Stop at the first task that fails'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt any' -l any -d 'Stop at the first task that ends'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s q quiet' -s q -l quiet -d 'Errors only'
complete -c gtask -n '__gtask_is watch' -l progress -x -a 'auto live plain none' -d 'auto, live, plain, none'
complete -c gtask -n '__gtask_is watch' -l heartbeat -x -d 'In logs: a line after this much silence; 0: never'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt events' -l events -d 'Print a JSON line at each change and at each end'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s a active' -s a -l active -d 'Without IDs: every task that is active now'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s f follow' -s f -l follow -d 'Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout, which then has no default'
complete -c gtask -n '__gtask_is watch' -l appear -x -d 'Without IDs: wait up to this long for something to start, then for all that matches; tasks already running are included'
complete -c gtask -n '__gtask_is watch' -s T -l type -x -a 'activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmetadata update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_tags_gpu_virtual_cluster upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster' -d 'Type, prefix (create_) or pattern (\'*_volume\'); repeatable'
complete -c gtask -n '__gtask_is watch' -s p -l project -x -d 'Project, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is watch' -s r -l region -x -d 'Region, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is watch' -l user -x -d 'Started by this user; repeatable'
complete -c gtask -n '__gtask_is watch' -l resource -x -d 'Created this resource or is about it; give its full ID; repeatable'
complete -c gtask -n '__gtask_is watch' -l since -x -d 'Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)'
complete -c gtask -n '__gtask_is watch' -l until -x -d 'Created until then; a date includes its day'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt acknowledged' -l acknowledged -d 'Only acknowledged tasks, or only the others'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt unacknowledged' -l unacknowledged -d 'Only acknowledged tasks, or only the others'
complete -c gtask -n '__gtask_is watch' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s v verbose' -s v -l verbose -d 'Log every request to standard error (never the key)'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt no-ci' -l no-ci -d 'In GitHub Actions: no annotations, job summary or step outputs'
complete -c gtask -n '__gtask_is watch' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is watch' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is resources' -s T -l type -x -a 'ai_clusters api_keys caas_containers clusters ddos_profiles faas_functions faas_namespaces file_shares floatingips healthmonitors images inference_instances instances k8s_clusters k8s_pools l7polices l7rules laas_topic listeners loadbalancers members networks pools ports postgresql_clusters projects registry_registries registry_users routers secrets security_group_rules security_groups servergroups snapshots subnets volumes' -d 'Print only the IDs of this type (instances, volumes, …), bare, one a line'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s w wait' -s w -l wait -d 'Wait first, until every task has ended'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one object a task: task_id, state, and created_resources with only what was created'
complete -c gtask -n '__gtask_is resources' -s t -l timeout -x -d 'Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once'
complete -c gtask -n '__gtask_is resources' -s i -l interval -x -d 'Check each task exactly this often (at least 0.1)'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt fail-fast' -l fail-fast -d 'Stop at the first task that fails'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt any' -l any -d 'Stop at the first task that ends'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s q quiet' -s q -l quiet -d 'Errors only'
complete -c gtask -n '__gtask_is resources' -l progress -x -a 'auto live plain none' -d 'auto, live, plain, none'
complete -c gtask -n '__gtask_is resources' -l heartbeat -x -d 'In logs: a line after this much silence; 0: never'
complete -c gtask -n '__gtask_is resources' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s v verbose' -s v -l verbose -d 'Log every request to standard error (never the key)'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt no-ci' -l no-ci -d 'In GitHub Actions: no annotations, job summary or step outputs'
complete -c gtask -n '__gtask_is resources' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is resources' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is list' -s s -l state -x -a 'NEW RUNNING FINISHED ERROR' -d 'Only tasks in this state: NEW, RUNNING, FINISHED, ERROR'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt -s a active' -s a -l active -d 'Only what is not over: NEW and RUNNING'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt -s f failed' -s f -l failed -d 'Only what ended in ERROR, each with its reason'
complete -c gtask -n '__gtask_is list' -s T -l type -x -a 'activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmetadata update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_tags_gpu_virtual_cluster upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster' -d 'Type, prefix (create_) or pattern (\'*_volume\'); repeatable'
complete -c gtask -n '__gtask_is list' -s p -l project -x -d 'Project, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is list' -s r -l region -x -d 'Region, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is list' -l since -x -d 'Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)'
complete -c gtask -n '__gtask_is list' -l until -x -d 'Created until then; a date includes its day'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt acknowledged' -l acknowledged -d 'Only acknowledged tasks, or only the others'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt unacknowledged' -l unacknowledged -d 'Only acknowledged tasks, or only the others'
complete -c gtask -n '__gtask_is list' -l user -x -d 'Started by this user; repeatable'
complete -c gtask -n '__gtask_is list' -l resource -x -d 'Created this resource or is about it; give its full ID; repeatable'
complete -c gtask -n '__gtask_is list' -l order -x -a 'asc desc' -d 'desc: newest first; asc: oldest first'
complete -c gtask -n '__gtask_is list' -s n -l limit -x -d 'At most so many tasks'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt all' -l all -d 'All of them, however many'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is list' -l fields -x -d 'Print these fields, tab-separated, a line a task: id,state,data.name'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt ids' -l ids -d 'Print bare IDs, one a line'
complete -c gtask -n '__gtask_is list' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt -s v verbose' -s v -l verbose -d 'Log every request to standard error (never the key)'
complete -c gtask -n '__gtask_is list' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is list; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'

complete -c gtask -n '__gtask_is get; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is get' -l fields -x -d 'Print these fields, tab-separated, a line a task: id,state,data.name'
complete -c gtask -n '__gtask_is get' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is get; and not __fish_contains_opt -s v verbose' -s v -l verbose -d 'Log every request to standard error (never the key)'
complete -c gtask -n '__gtask_is get' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is get; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is get' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is ack; and not __fish_contains_opt all' -l all -d 'Acknowledge all tasks instead of those named'
complete -c gtask -n '__gtask_is ack' -s p -l project -x -d 'Project, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is ack' -s r -l region -x -d 'Region, or \'all\'; repeatable'
complete -c gtask -n '__gtask_is ack; and not __fish_contains_opt -s y yes' -s y -l yes -d 'With --all: do not ask whether that is meant'
complete -c gtask -n '__gtask_is ack; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is ack' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is ack; and not __fish_contains_opt -s v verbose' -s v -l verbose -d 'Log every request to standard error (never the key)'
complete -c gtask -n '__gtask_is ack' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is ack; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is ack' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is sandbox' -l scenario -r -F -d 'A JSON file that describes other tasks and faults'
complete -c gtask -n '__gtask_is sandbox' -l port -x -d 'The port to listen on'
complete -c gtask -n '__gtask_is sandbox' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is sandbox; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is sandbox' -a '(__gtask_command_line)'

complete -c gtask -n '__gtask_is completion' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is completion; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is_at_first_argument completion' -a 'bash zsh fish powershell'

complete -c gtask -n '__gtask_is help' -l profile -x -d 'Use this profile of gcore-cli\'s configuration file'
complete -c gtask -n '__gtask_is help' -l color -x -a 'auto always never' -d 'auto, always, never'
complete -c gtask -n '__gtask_is help; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is_at_first_argument help' -a 'watch resources list get ack sandbox completion help exit-codes environment ids waiting output ci stability sandbox'
