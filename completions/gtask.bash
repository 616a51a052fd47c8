# gtask completion for bash
# Written by completions/generate.py from gtask's own interface: do not edit.

# Fills `rows` with the tasks seen lately at this API, "ID type, state".
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
        [[ " ${given[*]-} " == *" $id "* ]] || rows+=("$id $type, $state")
    done <"$cache/gtask/recent-tasks"
}

# Offers those of `rows` that begin with what was typed. A menu shows their descriptions; what is
# inserted is the word alone, since no two of them agree further than their words do.
_gtask_offer() {
    local row word width=0 line described=yes fitting=()
    case ${COMP_TYPE-9} in
        37 | 42) described= ;; # menu-complete, insert-completions: what stands here is inserted
    esac
    for row in ${rows[@]+"${rows[@]}"}; do
        word=${row%% *}
        [[ $word == "$typed"* ]] || continue
        fitting+=("$row")
        ((${#word} <= width)) || width=${#word}
    done
    for row in ${fitting[@]+"${fitting[@]}"}; do
        word=${row%% *}
        if [[ -n $described && ${#fitting[@]} -gt 1 && $row == *" "* ]]; then
            printf -v line '%-*s  (%s)' "$width" "$word" "${row#* }"
            word=${line:0:${COLUMNS:-80}-2}
        fi
        COMPREPLY+=("$word")
    done
}

# Keeps in `rows` the options that can still be given; "long/short description", with a star
# before those that may be repeated.
_gtask_options() {
    local row names word kept=()
    for row in "$@"; do
        names=${row%% *}
        for word in ${given[@]+"${given[@]}"}; do
            [[ /$names/ != *"/${word%%=*}/"* ]] || continue 2
        done
        names=${names#\*}
        kept+=("${names%%/*} ${row#* }")
    done
    rows=(${kept[@]+"${kept[@]}"})
}

_gtask_files() {
    local IFS=$'\n'
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen "$1" -- "$typed"))
}

_gtask_command_line() {
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif ((COMP_CWORD == $1)); then
        COMPREPLY=($(compgen -c -- "$typed"))
    else
        _gtask_files -f
    fi
}

_gtask() {
    local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' dashes='' i word rows=() given=()
    COMPREPLY=()
    # bash makes three words of --option=value.
    if [[ $typed == = ]]; then
        typed=''
    elif [[ $before == = ]] && ((COMP_CWORD > 2)); then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ -n $command && $word == -- ]]; then
            dashes=$i
            break
        elif [[ -z $command && $word != -* ]]; then
            command=$word
        else
            given+=("$word")
        fi
    done
    if [[ -z $dashes ]]; then
        case "$command $before" in
            'watch --fields')
                return
                ;;
            'watch -t' | 'watch --timeout')
                return
                ;;
            'watch -i' | 'watch --interval')
                return
                ;;
            'watch --progress')
                rows=(auto live plain none) && _gtask_offer
                return
                ;;
            'watch --heartbeat')
                return
                ;;
            'watch --appear')
                return
                ;;
            'watch -T' | 'watch --type')
                rows=(activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmetadata update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_tags_gpu_virtual_cluster upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster) && _gtask_offer
                return
                ;;
            'watch -p' | 'watch --project')
                return
                ;;
            'watch -r' | 'watch --region')
                return
                ;;
            'watch --user')
                return
                ;;
            'watch --resource')
                return
                ;;
            'watch --since')
                return
                ;;
            'watch --until')
                return
                ;;
            'watch --profile')
                return
                ;;
            'watch --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'resources -T' | 'resources --type')
                rows=(ai_clusters api_keys caas_containers clusters ddos_profiles faas_functions faas_namespaces file_shares floatingips healthmonitors images inference_instances instances k8s_clusters k8s_pools l7polices l7rules laas_topic listeners loadbalancers members networks pools ports postgresql_clusters projects registry_registries registry_users routers secrets security_group_rules security_groups servergroups snapshots subnets volumes) && _gtask_offer
                return
                ;;
            'resources -t' | 'resources --timeout')
                return
                ;;
            'resources -i' | 'resources --interval')
                return
                ;;
            'resources --progress')
                rows=(auto live plain none) && _gtask_offer
                return
                ;;
            'resources --heartbeat')
                return
                ;;
            'resources --profile')
                return
                ;;
            'resources --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'list -s' | 'list --state')
                rows=(NEW RUNNING FINISHED ERROR) && _gtask_offer
                return
                ;;
            'list -T' | 'list --type')
                rows=(activate_ddos_profile attach_bm_to_reserved_fixed_ip attach_vm_interface attach_vm_to_reserved_fixed_ip attach_volume convert_fip_to_reserved_fixed_ip convert_reserved_fixed_ip_to_fip create_ai_cluster_gpu create_bm create_caas_container create_dbaas_postgres_cluster create_ddos_profile create_faas_function create_faas_namespace create_fip create_gpu_virtual_cluster create_image create_inference_application create_inference_instance create_k8s_cluster_pool_v2 create_k8s_cluster_v2 create_l7policy create_l7rule create_lblistener create_lbmember create_lbpool create_lbpool_health_monitor create_loadbalancer create_network create_reserved_fixed_ip create_router create_secret create_security_group create_security_group_rule create_servergroup create_sfs create_snapshot create_subnet create_vm create_volume deactivate_ddos_profile delete_ai_cluster_gpu delete_caas_container delete_dbaas_postgres_cluster delete_ddos_profile delete_faas_function delete_faas_namespace delete_fip delete_gpu_virtual_cluster delete_gpu_virtual_server delete_image delete_inference_application delete_inference_instance delete_k8s_cluster_pool_v2 delete_k8s_cluster_v2 delete_l7policy delete_l7rule delete_lblistener delete_lbmember delete_lbmetadata delete_lbpool delete_loadbalancer delete_network delete_project delete_reserved_fixed_ip delete_router delete_secret delete_security_group_rule delete_servergroup delete_sfs delete_snapshot delete_subnet delete_vm delete_volume detach_vm_interface detach_volume download_image downscale_ai_cluster_gpu downscale_gpu_virtual_cluster extend_sfs extend_volume failover_loadbalancer hard_reboot_bm hard_reboot_gpu_baremetal_cluster hard_reboot_gpu_baremetal_server hard_reboot_gpu_virtual_cluster hard_reboot_gpu_virtual_server hard_reboot_vm patch_caas_container patch_dbaas_postgres_cluster patch_faas_function patch_faas_namespace patch_lblistener patch_lbpool put_into_server_group put_l7rule rebuild_bm rebuild_gpu_baremetal_cluster rebuild_gpu_baremetal_node rebuild_gpu_baremetal_server remove_from_server_group replace_gpu_baremetal_server replace_lbmetadata resize_k8s_cluster_v2 resize_loadbalancer resize_vm resume_vm revert_volume soft_reboot_bm soft_reboot_gpu_baremetal_cluster soft_reboot_gpu_baremetal_server soft_reboot_gpu_virtual_cluster soft_reboot_gpu_virtual_server soft_reboot_vm start_bm start_gpu_baremetal_cluster start_gpu_baremetal_server start_gpu_virtual_cluster start_gpu_virtual_server start_vm stop_bm stop_gpu_baremetal_cluster stop_gpu_baremetal_server stop_gpu_virtual_cluster stop_gpu_virtual_server stop_vm suspend_vm sync_private_flavors update_ddos_profile update_floating_ip update_inference_application update_inference_instance update_k8s_cluster_v2 update_l7policy update_lbmetadata update_loadbalancer update_network update_port update_port_allowed_address_pairs update_router update_security_group update_sfs update_tags_gpu_virtual_cluster upgrade_k8s_cluster_v2 upscale_ai_cluster_gpu upscale_gpu_virtual_cluster) && _gtask_offer
                return
                ;;
            'list -p' | 'list --project')
                return
                ;;
            'list -r' | 'list --region')
                return
                ;;
            'list --since')
                return
                ;;
            'list --until')
                return
                ;;
            'list --user')
                return
                ;;
            'list --resource')
                return
                ;;
            'list --order')
                rows=(asc desc) && _gtask_offer
                return
                ;;
            'list -n' | 'list --limit')
                return
                ;;
            'list --fields')
                return
                ;;
            'list --profile')
                return
                ;;
            'list --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'get --fields')
                return
                ;;
            'get --profile')
                return
                ;;
            'get --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'ack -p' | 'ack --project')
                return
                ;;
            'ack -r' | 'ack --region')
                return
                ;;
            'ack --profile')
                return
                ;;
            'ack --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'sandbox --scenario')
                _gtask_files -f
                return
                ;;
            'sandbox --port')
                return
                ;;
            'sandbox --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'completion --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
            'help --profile')
                return
                ;;
            'help --color')
                rows=(auto always never) && _gtask_offer
                return
                ;;
        esac
    fi
    if [[ -z $dashes && $typed == -* ]]; then
        case $command in
            '')
                _gtask_options \
                    '--version/-V Show version' \
                    '--help/-h Show this message and exit'
                ;;
            watch)
                _gtask_options \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--fields Print these fields, tab-separated, a line a task: id,state,data.name' \
                    '--timeout/-t Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once' \
                    '--interval/-i Check each task exactly this often (at least 0.1)' \
                    '--fail-fast Stop at the first task that fails' \
                    '--any Stop at the first task that ends' \
                    '--quiet/-q Errors only' \
                    '--progress auto, live, plain, none' \
                    '--heartbeat In logs: a line after this much silence; 0: never' \
                    '--events Print a JSON line at each change and at each end' \
                    '--active/-a Without IDs: every task that is active now' \
                    '--follow/-f Without IDs: go on with tasks that are started later, until Ctrl-C or --timeout, which then has no default' \
                    '--appear Without IDs: wait up to this long for something to start, then for all that matches; tasks already running are included' \
                    '*--type/-T Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable' \
                    '*--project/-p Project, or '\''all'\''; repeatable' \
                    '*--region/-r Region, or '\''all'\''; repeatable' \
                    '*--user Started by this user; repeatable' \
                    '*--resource Created this resource or is about it; give its full ID; repeatable' \
                    '--since Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)' \
                    '--until Created until then; a date includes its day' \
                    '--acknowledged Only acknowledged tasks, or only the others' \
                    '--unacknowledged Only acknowledged tasks, or only the others' \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--verbose/-v Log every request to standard error (never the key)' \
                    '--no-ci In GitHub Actions: no annotations, job summary or step outputs' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            resources)
                _gtask_options \
                    '*--type/-T Print only the IDs of this type (instances, volumes, …), bare, one a line' \
                    '--wait/-w Wait first, until every task has ended' \
                    '--json/-j Print JSON, one object a task: task_id, state, and created_resources with only what was created' \
                    '--timeout/-t Stop after this long: 90, 90s, 10m, 1h30m; 0 checks once' \
                    '--interval/-i Check each task exactly this often (at least 0.1)' \
                    '--fail-fast Stop at the first task that fails' \
                    '--any Stop at the first task that ends' \
                    '--quiet/-q Errors only' \
                    '--progress auto, live, plain, none' \
                    '--heartbeat In logs: a line after this much silence; 0: never' \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--verbose/-v Log every request to standard error (never the key)' \
                    '--no-ci In GitHub Actions: no annotations, job summary or step outputs' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            list)
                _gtask_options \
                    '*--state/-s Only tasks in this state: NEW, RUNNING, FINISHED, ERROR' \
                    '--active/-a Only what is not over: NEW and RUNNING' \
                    '--failed/-f Only what ended in ERROR, each with its reason' \
                    '*--type/-T Type, prefix (create_) or pattern ('\''*_volume'\''); repeatable' \
                    '*--project/-p Project, or '\''all'\''; repeatable' \
                    '*--region/-r Region, or '\''all'\''; repeatable' \
                    '--since Created since: 2h or 3d (that long ago), 2026-11-01, 2026-11-01T10:00 (UTC)' \
                    '--until Created until then; a date includes its day' \
                    '--acknowledged Only acknowledged tasks, or only the others' \
                    '--unacknowledged Only acknowledged tasks, or only the others' \
                    '*--user Started by this user; repeatable' \
                    '*--resource Created this resource or is about it; give its full ID; repeatable' \
                    '--order desc: newest first; asc: oldest first' \
                    '--limit/-n At most so many tasks' \
                    '--all All of them, however many' \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--fields Print these fields, tab-separated, a line a task: id,state,data.name' \
                    '--ids Print bare IDs, one a line' \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--verbose/-v Log every request to standard error (never the key)' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            get)
                _gtask_options \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--fields Print these fields, tab-separated, a line a task: id,state,data.name' \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--verbose/-v Log every request to standard error (never the key)' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            ack)
                _gtask_options \
                    '--all Acknowledge all tasks instead of those named' \
                    '*--project/-p Project, or '\''all'\''; repeatable' \
                    '*--region/-r Region, or '\''all'\''; repeatable' \
                    '--yes/-y With --all: do not ask whether that is meant' \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--verbose/-v Log every request to standard error (never the key)' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            sandbox)
                _gtask_options \
                    '--scenario A JSON file that describes other tasks and faults' \
                    '--port The port to listen on' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            completion)
                _gtask_options \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
            help)
                _gtask_options \
                    '--profile Use this profile of gcore-cli'\''s configuration file' \
                    '--color auto, always, never' \
                    '--help/-h Show this message and exit'
                ;;
        esac
        _gtask_offer
        return
    fi
    case $command in
        '')
            rows=(
                'watch Wait until every task is FINISHED or ERROR, showing progress.'
                'resources Print the IDs of what tasks created.'
                'list Find tasks, the newest first.'
                'get Show tasks: state, times, error, what they created.'
                'ack Acknowledge tasks: mark them as seen.'
                'sandbox Try gtask without an account: a local stand-in for the API.'
                'completion Print the completion script for bash, zsh, fish or PowerShell.'
                'help Explain a command, exit-codes, environment, waiting, output, ci.'
            )
            ;;
        watch) _gtask_recent_tasks ;;
        resources) _gtask_recent_tasks ;;
        get) _gtask_recent_tasks ;;
        ack) _gtask_recent_tasks ;;
        sandbox) [[ -z $dashes ]] || { _gtask_command_line "$((dashes + 1))"; return; } ;;
        completion) [[ ${#given[@]} -gt 0 ]] || rows=(bash zsh fish powershell) ;;
        help) [[ ${#given[@]} -gt 0 ]] || rows=(watch resources list get ack sandbox completion help exit-codes environment ids waiting output ci stability sandbox) ;;
    esac
    _gtask_offer
}

complete -o nosort -F _gtask gtask 2>/dev/null || complete -F _gtask gtask
