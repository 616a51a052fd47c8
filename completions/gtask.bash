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
    local row word width=0 line told=yes fitting=()
    case ${COMP_TYPE-9} in
        37 | 42) told= ;; # menu-complete, insert-completions: what stands here is inserted
    esac
    for row in ${rows[@]+"${rows[@]}"}; do
        word=${row%% *}
        [[ $word == "$typed"* ]] || continue
        fitting+=("$row")
        ((${#word} <= width)) || width=${#word}
    done
    for row in ${fitting[@]+"${fitting[@]}"}; do
        word=${row%% *}
        if [[ -n $told && ${#fitting[@]} -gt 1 && $row == *" "* ]]; then
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
            'watch -t' | 'watch --timeout')
                return
                ;;
            'watch -i' | 'watch --interval')
                return
                ;;
            'watch --heartbeat')
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
            'resources --heartbeat')
                return
                ;;
            'sandbox --scenario')
                _gtask_files -f
                return
                ;;
            'sandbox --port')
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
                    '--timeout/-t Give up after this long: 90, 90s, 10m, 2h' \
                    '--interval/-i Check each task this often (at least 0.1)' \
                    '--fail-fast Stop waiting at the first task that ends in ERROR' \
                    '--any Stop waiting at the first task that ends' \
                    '--quiet/-q No progress and no summary; errors only' \
                    '--heartbeat Without a terminal: give a sign of life after this much silence' \
                    '--help/-h Show this message and exit'
                ;;
            resources)
                _gtask_options \
                    '*--type/-T Print only the IDs of this type (instances, volumes, …), bare, one a line' \
                    '--wait/-w Wait first, until every task has ended' \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--timeout/-t Give up after this long: 90, 90s, 10m, 2h' \
                    '--interval/-i Check each task this often (at least 0.1)' \
                    '--fail-fast Stop waiting at the first task that ends in ERROR' \
                    '--quiet/-q No progress and no summary; errors only' \
                    '--heartbeat Without a terminal: give a sign of life after this much silence' \
                    '--help/-h Show this message and exit'
                ;;
            get)
                _gtask_options \
                    '--json/-j Print JSON, one document a task, as the API sent it' \
                    '--help/-h Show this message and exit'
                ;;
            sandbox)
                _gtask_options \
                    '--scenario A JSON file that describes other tasks and faults' \
                    '--port The port to listen on' \
                    '--help/-h Show this message and exit'
                ;;
            completion)
                _gtask_options \
                    '--help/-h Show this message and exit'
                ;;
            help)
                _gtask_options \
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
                'get Show tasks: state, times, error, what they created.'
                'sandbox Try gtask without an account: a local stand-in for the API.'
                'completion Print the completion script for bash, zsh, fish or PowerShell.'
                'help Explain a command, the exit codes or the environment.'
            )
            ;;
        watch) _gtask_recent_tasks ;;
        resources) _gtask_recent_tasks ;;
        get) _gtask_recent_tasks ;;
        sandbox) [[ -z $dashes ]] || { _gtask_command_line "$((dashes + 1))"; return; } ;;
        completion) [[ ${#given[@]} -gt 0 ]] || rows=(bash zsh fish powershell) ;;
        help) [[ ${#given[@]} -gt 0 ]] || rows=(watch resources get sandbox completion help exit-codes environment) ;;
    esac
    _gtask_offer
}

complete -o nosort -F _gtask gtask 2>/dev/null || complete -F _gtask gtask
