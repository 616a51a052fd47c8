# gtask completion for bash (3.2 and later), with descriptions in the menu.

# What gtask has, in rows of "command names values text"; completions/interface.py explains them and
# completions/generate.py writes them.
# the table
_gtask_table=(
    'commands watch - Wait until tasks finish, showing progress.'
    'commands resources - Print the IDs of what tasks created.'
    'commands list - Find tasks, the newest first.'
    'commands get - Show tasks: state, times, error, what they created.'
    'commands ack - Acknowledge tasks: mark them as dealt with.'
    'commands sandbox - Try gtask without an account: a local stand-in for the API.'
    'commands completion - Print the completion script for bash, zsh, fish or PowerShell.'
    'commands help - Explain a command or a topic, such as exit-codes or environment.'
    'values STATE - NEW RUNNING FINISHED ERROR'
    'values TYPE - activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_basic_vm create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_port create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_slurm_cluster create_slurm_node_set create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_basic_vm delete_bm delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_port delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_slurm_cluster delete_slurm_node_set delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_basic_vm update_bm update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmember update_lbmetadata update_lbpool_health_monitor update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_slurm_cluster update_slurm_node_set update_tags_gpu_virtual_cluster update_vm upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster'
    'values RESOURCE - ai_clusters api_keys caas_containers clusters ddos_profiles faas_functions faas_namespaces file_shares floatingips healthmonitors images inference_instances instances k8s_clusters k8s_pools l7polices l7rules laas_topic listeners loadbalancers members networks pools ports postgresql_clusters projects registry_registries registry_users routers secrets security_group_rules security_groups servergroups snapshots subnets volumes'
    'values ORDER - desc asc'
    'values PROGRESS - auto live plain none'
    'values COLOR - auto always never'
    'values SHELL - bash zsh fish powershell'
    'values TOPIC - watch resources list get ack sandbox completion help exit-codes environment ids waiting output ci stability scenarios'
    'gtask -V,--version - Show version'
    'gtask -h,--help - Show this page'
    'watch ... TASK Task IDs'
    'watch --events - Print a JSON line at each change, each end and each outage'
    'watch -j,--json - Each task'\''s JSON, as the API sent it'
    'watch --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
    'watch -i,--interval SECONDS Check each task exactly this often (at least 0.1)'
    'watch -q,--quiet - Errors only'
    'watch --progress PROGRESS auto, live, plain, none'
    'watch --heartbeat DURATION In logs: a line after this much silence; 0: never'
    'watch --no-ci - In GitHub Actions: no annotations, job summary or step outputs'
    'watch -t,--timeout DURATION Stop after this long: 90, 90s, 10m, 1h30m; 0: check once and do not wait'
    'watch --fail-fast - Stop at the first task that fails'
    'watch --any - Stop at the first task that ends'
    'watch -v,--verbose - Log every request to standard error (never the key)'
    'watch -a,--active - All that is active now'
    'watch -f,--follow - Also watch tasks that start later, until Ctrl-C or --timeout (no default)'
    'watch --appear DURATION Wait up to this long for something to start; tasks already running are included'
    'watch *-T,--type TYPE Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable'
    'watch *--user ID Started by this user; repeatable'
    'watch *--resource ID Created this resource or is about it; give its full ID; repeatable'
    'watch --since TIME Created since: 2h, '\''3 days ago'\'', yesterday, 2026-11-01, '\''2026-11-01 10:00'\'' (UTC)'
    'watch --until TIME Created until then; a date includes its day'
    'watch --acknowledged - Only what is acknowledged'
    'watch --unacknowledged - Only what is not'
    'watch *-p,--project ID Project, or '\''all'\''; repeatable'
    'watch *-r,--region ID Region, or '\''all'\''; repeatable'
    'watch --color COLOR auto, always, never'
    'watch -h,--help - Show this page'
    'resources ... TASK Task IDs'
    'resources -w,--wait - Wait first, until every task has ended'
    'resources *-T,--type RESOURCE Print only the IDs of this type (instances, volumes, …), bare, one a line; repeatable'
    'resources -j,--json - Print JSON, one object a task: task_id, state, and created_resources with only what was created'
    'resources -i,--interval SECONDS Check each task exactly this often (at least 0.1)'
    'resources -q,--quiet - Errors only'
    'resources --progress PROGRESS auto, live, plain, none'
    'resources --heartbeat DURATION In logs: a line after this much silence; 0: never'
    'resources --no-ci - In GitHub Actions: no annotations, job summary or step outputs'
    'resources -t,--timeout DURATION Stop after this long: 90, 90s, 10m, 1h30m; 0: check once and do not wait'
    'resources --fail-fast - Stop at the first task that fails'
    'resources --any - Stop at the first task that ends'
    'resources -v,--verbose - Log every request to standard error (never the key)'
    'resources --color COLOR auto, always, never'
    'resources -h,--help - Show this page'
    'list *-s,--state STATE In this state: NEW, RUNNING, FINISHED, ERROR; repeatable'
    'list -a,--active - Only active tasks: NEW and RUNNING'
    'list --overdue - Only what is active for longer than is usual for its type'
    'list -f,--failed - Only failed tasks (ERROR), each with its reason'
    'list --order ORDER desc: newest first; asc: oldest first'
    'list -n,--limit N Show at most N tasks'
    'list --all - Show all tasks, however many'
    'list -j,--json - Print a stream of JSON documents, one a task; with | jq -s a list'
    'list --ids - Print bare IDs, one a line'
    'list -q,--quiet - Tasks and errors only'
    'list --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
    'list -v,--verbose - Log every request to standard error (never the key)'
    'list *-T,--type TYPE Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable'
    'list *--user ID Started by this user; repeatable'
    'list *--resource ID Created this resource or is about it; give its full ID; repeatable'
    'list --since TIME Created since: 2h, '\''3 days ago'\'', yesterday, 2026-11-01, '\''2026-11-01 10:00'\'' (UTC)'
    'list --until TIME Created until then; a date includes its day'
    'list --acknowledged - Only what is acknowledged'
    'list --unacknowledged - Only what is not'
    'list *-p,--project ID Project, or '\''all'\''; repeatable'
    'list *-r,--region ID Region, or '\''all'\''; repeatable'
    'list --color COLOR auto, always, never'
    'list -h,--help - Show this page'
    'get ... TASK Task IDs'
    'get -j,--json - Each task'\''s JSON, as the API sent it'
    'get --fields LIST These fields, tab-separated, a line a task: id,state,data.name'
    'get -v,--verbose - Log every request to standard error (never the key)'
    'get --color COLOR auto, always, never'
    'get -h,--help - Show this page'
    'ack ... TASK Task IDs'
    'ack --all - Acknowledge all tasks that have ended, instead of IDs'
    'ack -y,--yes - With --all: do not ask for confirmation'
    'ack -j,--json - Each task'\''s JSON, as the API sent it'
    'ack -v,--verbose - Log every request to standard error (never the key)'
    'ack *-p,--project ID Project, or '\''all'\''; repeatable'
    'ack *-r,--region ID Region, or '\''all'\''; repeatable'
    'ack --color COLOR auto, always, never'
    'ack -h,--help - Show this page'
    'sandbox ... COMMAND Run this command with the sandbox'\''s settings and exit with its status'
    'sandbox --scenario FILE A JSON file that describes other tasks and faults'
    'sandbox --port PORT The port to listen on'
    'sandbox --color COLOR auto, always, never'
    'sandbox -h,--help - Show this page'
    'completion . SHELL bash, zsh, fish or powershell'
    'completion --color COLOR auto, always, never'
    'completion -h,--help - Show this page'
    'help . TOPIC A command, exit-codes, environment, ids, waiting, output, ci, stability, scenarios'
    'help --color COLOR auto, always, never'
    'help -h,--help - Show this page'
)
# end of the table

# Adds to `offers` the tasks seen lately at this API, "ID type, state".
_gtask_recent_tasks() {
    local LC_ALL=C cache api id type state host count=0
    [[ -z ${GTASK_NO_HISTORY-} ]] || return 0
    case ${XDG_CACHE_HOME-} in
        /*) cache=$XDG_CACHE_HOME ;;
        *) cache=${LOCALAPPDATA:-${HOME-}/.cache} ;;
    esac
    [[ -f $cache/gtask/recent-tasks && -r $cache/gtask/recent-tasks ]] || return 0
    api=${GCORE_BASE_URL:-https://api.gcore.com}
    api=${api#*://}
    api=${api%%/*}
    while IFS=$'\t' read -r id type state host && ((count++ < 200)); do
        [[ $host == "$api" ]] || continue
        # What gtask did not write is not offered.
        [[ $id =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ && $type$state =~ ^[A-Za-z0-9_-]*$ ]] || continue
        [[ " ${words[*]} " == *" $id "* ]] || offers+=("$id $type, $state")
    done <"$cache/gtask/recent-tasks"
}

# Adds to `offers` what can stand for these values: "word description".
_gtask_values() {
    local row
    case $1 in
        TASK) _gtask_recent_tasks ;;
        FILE) _gtask_files ;;
        COMMAND) ;;
        *)
            for row in "${_gtask_table[@]}"; do
                if [[ $row == "values $1 - "* ]]; then
                    local IFS=' '
                    offers+=(${row#* * - })
                fi
            done
            ;;
    esac
}

# Completes the name of a file. bash does it itself where it can be asked to (4 and later) and where
# the word begins with the name.
_gtask_files() {
    local path
    if [[ -z $prefix ]] && compopt -o default 2>/dev/null; then
        return
    fi
    while IFS= read -r path; do
        [[ ! -d $path ]] || path+=/
        if [[ -z $quote ]]; then
            printf -v path %q "$path"
            [[ $path != \\~* ]] || path=${path:1}
        fi
        COMPREPLY+=("$prefix$path")
    done < <(compgen -f -- "$typed")
    # A space follows what is the only one, and none may follow a folder.
    [[ ${#COMPREPLY[@]} -ne 1 || $COMPREPLY != */ ]] || COMPREPLY+=("$COMPREPLY ")
}

# Offers those of `offers` that begin with what was typed. A menu shows their descriptions; what is
# inserted is the word alone, since no two of them agree further than their words do.
_gtask_offer() {
    local offer word width=0 line described=yes fitting=()
    case ${COMP_TYPE-9} in
        37 | 42) described= ;; # menu-complete, insert-completions: what stands here is inserted
    esac
    for offer in ${offers[@]+"${offers[@]}"}; do
        word=${offer%% *}
        [[ $word == "$typed"* ]] || continue
        fitting+=("$offer")
        ((${#word} <= width)) || width=${#word}
    done
    for offer in ${fitting[@]+"${fitting[@]}"}; do
        word=${offer%% *}
        if [[ -n $described && ${#fitting[@]} -gt 1 && $offer == *" "* ]]; then
            printf -v line '%-*s  (%s)' "$width" "$word" "${offer#* }"
            word=${line:0:${COLUMNS:-80}-2}
        fi
        COMPREPLY+=("$prefix$word")
    done
}

# Completes the command that stands after the two dashes, which are this word of the line.
_gtask_command_line() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$(($1 + 1))"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$(($1 + 1))"
    elif ((COMP_CWORD == $1 + 1)); then
        COMPREPLY=($(compgen -c -- "$typed"))
    else
        _gtask_files
    fi
}

# Takes the line apart: `words` up to the cursor, whose last one has begun with `prefix` and `quote`
# before what was `typed`, and may be the value of an `option`.
_gtask_read_line() {
    local i last
    for ((i = 0; i <= COMP_CWORD; i++)); do
        last=${#words[@]}
        # bash 4 and later make three words of --option=value.
        if ((i > 1)) && [[ ${words[last-1]} == --* ]] &&
            [[ ${COMP_WORDS[i]} == = || ${words[last-1]} == *= ]]; then
            words[last-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
    last=$((${#words[@]} - 1))
    typed=${words[last]}
    option=${words[last-1]}
    if [[ $typed == --*=* ]]; then
        option=${typed%%=*}
        typed=${typed#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || prefix=$option=
    fi
    case $typed in
        [\"\']*) quote=${typed:0:1} typed=${typed:1} ;;
        *) typed=${typed//\\/} ;;
    esac
    unset "words[last]"
}

_gtask() {
    local words=() offers=() options=() typed='' option='' prefix='' quote=''
    local command=gtask dashes='' argument='' value='' count=0 i row names name rest
    COMPREPLY=()
    _gtask_read_line
    if [[ $option == *[\<\>] ]]; then # a redirection
        _gtask_files
        return
    fi
    for ((i = 1; i < ${#words[@]}; i++)); do
        case ${words[i]} in
            --) [[ $command == gtask ]] || { dashes=$i && break; } ;;
            -*) ;;
            *) [[ $command == gtask ]] && command=${words[i]} || ((++count)) ;;
        esac
    done
    for row in "${_gtask_table[@]}"; do
        [[ $row == "$command "* ]] || continue
        rest=${row#* }
        names=${rest%% *}
        rest=${rest#* }
        case $names in
            .) ((count > 0)) || argument=${rest%% *} ;;
            ...) argument=${rest%% *} ;;
            *)
                [[ ,${names#\*}, != *,"$option",* || $rest == "- "* ]] || value=${rest%% *}
                for name in "${words[@]}"; do
                    [[ $names == \** || ,$names, != *,"${name%%=*}",* ]] || continue 2
                done
                options+=("${names##*[,\*]} ${rest#* }")
                ;;
        esac
    done
    if [[ -n $dashes && $argument == COMMAND ]]; then
        _gtask_command_line "$dashes"
    elif [[ -z $dashes && -n $value ]]; then
        _gtask_values "$value"
    elif [[ -z $dashes && $typed == -* ]]; then
        offers=(${options[@]+"${options[@]}"})
    elif [[ $command == gtask ]]; then
        for row in "${_gtask_table[@]}"; do
            rest=${row#* }
            [[ $row != "commands "* ]] || offers+=("${rest%% *} ${rest#* - }")
        done
    else
        _gtask_values "$argument"
    fi
    _gtask_offer
}

complete -o nosort -F _gtask gtask 2>/dev/null || complete -F _gtask gtask
