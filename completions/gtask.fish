# gtask completion for fish (3.1 and later).

# What gtask has, in rows of "command names values text"; completions/interface.py explains them and
# completions/generate.py writes them.
# the table
set -g __gtask_table
set -a __gtask_table 'commands watch - Wait until tasks finish, showing progress.'
set -a __gtask_table 'commands resources - Print the IDs of what tasks created.'
set -a __gtask_table 'commands list - Find tasks, the newest first.'
set -a __gtask_table 'commands get - Show tasks: state, times, error, what they created.'
set -a __gtask_table 'commands ack - Acknowledge tasks: mark them as dealt with.'
set -a __gtask_table 'commands sandbox - Try gtask without an account: a local stand-in for the API.'
set -a __gtask_table 'commands completion - Print the completion script for bash, zsh, fish or PowerShell.'
set -a __gtask_table 'commands help - Explain a command or a topic, such as exit-codes or environment.'
set -a __gtask_table 'values STATE - NEW RUNNING FINISHED ERROR'
set -a __gtask_table 'values TYPE - activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_basic_vm create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_port create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_slurm_cluster create_slurm_node_set create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_basic_vm delete_bm delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_port delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_slurm_cluster delete_slurm_node_set delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_basic_vm update_bm update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmember update_lbmetadata update_lbpool_health_monitor update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_slurm_cluster update_slurm_node_set update_tags_gpu_virtual_cluster update_vm upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster'
set -a __gtask_table 'values RESOURCE - ai_clusters api_keys caas_containers clusters ddos_profiles faas_functions faas_namespaces file_shares floatingips healthmonitors images inference_instances instances k8s_clusters k8s_pools l7polices l7rules laas_topic listeners loadbalancers members networks pools ports postgresql_clusters projects registry_registries registry_users routers secrets security_group_rules security_groups servergroups snapshots subnets volumes'
set -a __gtask_table 'values ORDER - desc asc'
set -a __gtask_table 'values PROGRESS - auto live plain none'
set -a __gtask_table 'values COLOR - auto always never'
set -a __gtask_table 'values SHELL - bash zsh fish powershell'
set -a __gtask_table 'values TOPIC - watch resources list get ack sandbox completion help exit-codes environment ids waiting output ci stability scenarios'
set -a __gtask_table 'gtask -V,--version - Show version'
set -a __gtask_table 'gtask -h,--help - Show this page'
set -a __gtask_table 'watch ... TASK Task IDs'
set -a __gtask_table 'watch --events - Print a JSON line at each change, each end and each outage'
set -a __gtask_table 'watch -j,--json - Each task'\''s JSON, as the API sent it'
set -a __gtask_table 'watch --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
set -a __gtask_table 'watch -i,--interval SECONDS Check each task exactly this often (at least 0.1)'
set -a __gtask_table 'watch -q,--quiet - Errors only'
set -a __gtask_table 'watch --progress PROGRESS auto, live, plain, none'
set -a __gtask_table 'watch --heartbeat DURATION In logs: a line after this much silence; 0: never'
set -a __gtask_table 'watch --no-ci - In GitHub Actions: no annotations, job summary or step outputs'
set -a __gtask_table 'watch -t,--timeout DURATION Stop after this long: 90, 90s, 10m, 1h30m; 0: check once and do not wait'
set -a __gtask_table 'watch --fail-fast - Stop at the first task that fails'
set -a __gtask_table 'watch --any - Stop at the first task that ends'
set -a __gtask_table 'watch -v,--verbose - Log every request to standard error (never the key)'
set -a __gtask_table 'watch -a,--active - All that is active now'
set -a __gtask_table 'watch -f,--follow - Also watch tasks that start later, until Ctrl-C or --timeout (no default)'
set -a __gtask_table 'watch --appear DURATION Wait up to this long for something to start; tasks already running are included'
set -a __gtask_table 'watch *-T,--type TYPE Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable'
set -a __gtask_table 'watch *--user ID Started by this user; repeatable'
set -a __gtask_table 'watch *--resource ID Created this resource or is about it; give its full ID; repeatable'
set -a __gtask_table 'watch --since TIME Created since: 2h, '\''3 days ago'\'', yesterday, 2026-11-01, '\''2026-11-01 10:00'\'' (UTC)'
set -a __gtask_table 'watch --until TIME Created until then; a date includes its day'
set -a __gtask_table 'watch --acknowledged - Only what is acknowledged'
set -a __gtask_table 'watch --unacknowledged - Only what is not'
set -a __gtask_table 'watch *-p,--project ID Project, or '\''all'\''; repeatable'
set -a __gtask_table 'watch *-r,--region ID Region, or '\''all'\''; repeatable'
set -a __gtask_table 'watch --color COLOR auto, always, never'
set -a __gtask_table 'watch -h,--help - Show this page'
set -a __gtask_table 'resources ... TASK Task IDs'
set -a __gtask_table 'resources -w,--wait - Wait first, until every task has ended'
set -a __gtask_table 'resources *-T,--type RESOURCE Print only the IDs of this type (instances, volumes, …), bare, one a line; repeatable'
set -a __gtask_table 'resources -j,--json - Print JSON, one object a task: task_id, state, and created_resources with only what was created'
set -a __gtask_table 'resources -i,--interval SECONDS Check each task exactly this often (at least 0.1)'
set -a __gtask_table 'resources -q,--quiet - Errors only'
set -a __gtask_table 'resources --progress PROGRESS auto, live, plain, none'
set -a __gtask_table 'resources --heartbeat DURATION In logs: a line after this much silence; 0: never'
set -a __gtask_table 'resources --no-ci - In GitHub Actions: no annotations, job summary or step outputs'
set -a __gtask_table 'resources -t,--timeout DURATION Stop after this long: 90, 90s, 10m, 1h30m; 0: check once and do not wait'
set -a __gtask_table 'resources --fail-fast - Stop at the first task that fails'
set -a __gtask_table 'resources --any - Stop at the first task that ends'
set -a __gtask_table 'resources -v,--verbose - Log every request to standard error (never the key)'
set -a __gtask_table 'resources --color COLOR auto, always, never'
set -a __gtask_table 'resources -h,--help - Show this page'
set -a __gtask_table 'list *-s,--state STATE In this state: NEW, RUNNING, FINISHED, ERROR; repeatable'
set -a __gtask_table 'list -a,--active - Only active tasks: NEW and RUNNING'
set -a __gtask_table 'list --overdue - Only what is active for longer than is usual for its type'
set -a __gtask_table 'list -f,--failed - Only failed tasks (ERROR), each with its reason'
set -a __gtask_table 'list --order ORDER desc: newest first; asc: oldest first'
set -a __gtask_table 'list -n,--limit N Show at most N tasks'
set -a __gtask_table 'list --all - Show all tasks, however many'
set -a __gtask_table 'list -j,--json - Print a stream of JSON documents, one a task; with | jq -s a list'
set -a __gtask_table 'list --ids - Print bare IDs, one a line'
set -a __gtask_table 'list -q,--quiet - Tasks and errors only'
set -a __gtask_table 'list --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
set -a __gtask_table 'list -v,--verbose - Log every request to standard error (never the key)'
set -a __gtask_table 'list *-T,--type TYPE Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable'
set -a __gtask_table 'list *--user ID Started by this user; repeatable'
set -a __gtask_table 'list *--resource ID Created this resource or is about it; give its full ID; repeatable'
set -a __gtask_table 'list --since TIME Created since: 2h, '\''3 days ago'\'', yesterday, 2026-11-01, '\''2026-11-01 10:00'\'' (UTC)'
set -a __gtask_table 'list --until TIME Created until then; a date includes its day'
set -a __gtask_table 'list --acknowledged - Only what is acknowledged'
set -a __gtask_table 'list --unacknowledged - Only what is not'
set -a __gtask_table 'list *-p,--project ID Project, or '\''all'\''; repeatable'
set -a __gtask_table 'list *-r,--region ID Region, or '\''all'\''; repeatable'
set -a __gtask_table 'list --color COLOR auto, always, never'
set -a __gtask_table 'list -h,--help - Show this page'
set -a __gtask_table 'get ... TASK Task IDs'
set -a __gtask_table 'get -j,--json - Each task'\''s JSON, as the API sent it'
set -a __gtask_table 'get --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
set -a __gtask_table 'get -v,--verbose - Log every request to standard error (never the key)'
set -a __gtask_table 'get --color COLOR auto, always, never'
set -a __gtask_table 'get -h,--help - Show this page'
set -a __gtask_table 'ack ... TASK Task IDs'
set -a __gtask_table 'ack --all - Acknowledge all tasks that have ended, instead of IDs'
set -a __gtask_table 'ack -y,--yes - With --all: do not ask for confirmation'
set -a __gtask_table 'ack -j,--json - Each task'\''s JSON, as the API sent it'
set -a __gtask_table 'ack -v,--verbose - Log every request to standard error (never the key)'
set -a __gtask_table 'ack *-p,--project ID Project, or '\''all'\''; repeatable'
set -a __gtask_table 'ack *-r,--region ID Region, or '\''all'\''; repeatable'
set -a __gtask_table 'ack --color COLOR auto, always, never'
set -a __gtask_table 'ack -h,--help - Show this page'
set -a __gtask_table 'sandbox ... COMMAND Run this command with the sandbox'\''s settings and exit with its status'
set -a __gtask_table 'sandbox --scenario FILE A JSON file that describes other tasks and faults'
set -a __gtask_table 'sandbox --port PORT The port to listen on'
set -a __gtask_table 'sandbox --color COLOR auto, always, never'
set -a __gtask_table 'sandbox -h,--help - Show this page'
set -a __gtask_table 'completion . SHELL bash, zsh, fish or powershell'
set -a __gtask_table 'completion --color COLOR auto, always, never'
set -a __gtask_table 'completion -h,--help - Show this page'
set -a __gtask_table 'help . TOPIC A command, exit-codes, environment, ids, waiting, output, ci, stability, scenarios'
set -a __gtask_table 'help --color COLOR auto, always, never'
set -a __gtask_table 'help -h,--help - Show this page'
# end of the table

# The command on the line, gtask itself before there is one.
function __gtask_command
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if not string match -q -- '-*' $word
            echo $word
            return
        end
    end
    echo gtask
end

function __gtask_is
    test (__gtask_command) = $argv[1]
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

# What can stand for these values, and the commands.
function __gtask_values
    string match -- "values $argv[1] - *" $__gtask_table | string replace -r '.* - ' '' | string split ' '
end

function __gtask_commands
    string match -- 'commands *' $__gtask_table | string replace -r '^commands (\S+) - ' '$1\t'
end

# What completes the command that stands after the two dashes.
function __gtask_command_line
    set -l words (commandline -opc)
    set -l dashes (contains -i -- -- $words); or return 0
    set -e words[1..$dashes]
    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))
end

# Has fish complete what a row of the table says.
function __gtask_complete
    set -l condition "__gtask_is $argv[1]"
    set -l names (string split , -- (string replace '*' '' -- $argv[2]))
    set -l given
    set -l options -d $argv[4]
    for name in $names
        switch $name
            case '--*'
                set options $options -l (string sub -s 3 -- $name)
                set given $given (string sub -s 3 -- $name)
            case '-*'
                set options $options -s (string sub -s 2 -- $name)
                set given $given -s (string sub -s 2 -- $name)
            case .
                set condition "__gtask_is_at_first_argument $argv[1]"
                set -e options[1..2]
            case ...
                set -e options[1..2]
        end
    end
    switch $argv[3]
        case -
            # Of an option with a value fish knows by itself whether it is there already.
            set condition "$condition; and not __fish_contains_opt $given"
        case TASK
            set options $options -x -k -a '(__gtask_recent_tasks)'
        case FILE
            set options $options -r -F
        case COMMAND
            set options $options -x -a '(__gtask_command_line)'
        case '*'
            set options $options -x -k -a "(__gtask_values $argv[3])"
    end
    complete -c gtask -n $condition $options
end

# What fish has made of the manual page by itself offers every option to every command.
complete -C 'gtask --' >/dev/null
complete -c gtask -e
complete -c gtask -f
complete -c gtask -n '__gtask_is gtask' -k -a '(__gtask_commands)'
for row in $__gtask_table
    switch $row
        case 'commands *' 'values *'
        case '*'
            __gtask_complete (string split -m 3 ' ' -- $row)
    end
end
