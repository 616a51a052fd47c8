# gtask completion for fish
# Written by completions/generate.py from gtask's own interface: do not edit.

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
complete -c gtask -n __gtask_needs_command -k -a get -d 'Show tasks: state, times, error, what they created.'
complete -c gtask -n __gtask_needs_command -k -a sandbox -d 'Try gtask without an account: a local stand-in for the API.'
complete -c gtask -n __gtask_needs_command -k -a completion -d 'Print the completion script for bash, zsh, fish or PowerShell.'
complete -c gtask -n __gtask_needs_command -k -a help -d 'Explain a command, the exit codes or the environment.'
complete -c gtask -n '__gtask_needs_command; and not __fish_contains_opt -s V version' -s V -l version -d 'Show version'
complete -c gtask -n '__gtask_needs_command; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'

complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is watch' -s t -l timeout -x -d 'Give up after this long: 90, 90s, 10m, 2h'
complete -c gtask -n '__gtask_is watch' -s i -l interval -x -d 'Check each task this often (at least 0.1)'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt fail-fast' -l fail-fast -d 'Stop waiting at the first task that ends in ERROR'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt any' -l any -d 'Stop waiting at the first task that ends'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s q quiet' -s q -l quiet -d 'No progress and no summary; errors only'
complete -c gtask -n '__gtask_is watch' -l heartbeat -x -d 'Without a terminal: give a sign of life after this much silence'
complete -c gtask -n '__gtask_is watch; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is watch' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is resources' -s T -l type -x -a 'ai_clusters api_keys caas_containers clusters ddos_profiles faas_functions faas_namespaces file_shares floatingips healthmonitors images inference_instances instances k8s_clusters k8s_pools l7polices l7rules laas_topic listeners loadbalancers members networks pools ports postgresql_clusters projects registry_registries registry_users routers secrets security_group_rules security_groups servergroups snapshots subnets volumes' -d 'Print only the IDs of this type (instances, volumes, …), bare, one a line'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s w wait' -s w -l wait -d 'Wait first, until every task has ended'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is resources' -s t -l timeout -x -d 'Give up after this long: 90, 90s, 10m, 2h'
complete -c gtask -n '__gtask_is resources' -s i -l interval -x -d 'Check each task this often (at least 0.1)'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt fail-fast' -l fail-fast -d 'Stop waiting at the first task that ends in ERROR'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s q quiet' -s q -l quiet -d 'No progress and no summary; errors only'
complete -c gtask -n '__gtask_is resources' -l heartbeat -x -d 'Without a terminal: give a sign of life after this much silence'
complete -c gtask -n '__gtask_is resources; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is resources' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is get; and not __fish_contains_opt -s j json' -s j -l json -d 'Print JSON, one document a task, as the API sent it'
complete -c gtask -n '__gtask_is get; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is get' -k -a '(__gtask_recent_tasks)'

complete -c gtask -n '__gtask_is sandbox' -l scenario -r -F -d 'A JSON file that describes other tasks and faults'
complete -c gtask -n '__gtask_is sandbox' -l port -x -d 'The port to listen on'
complete -c gtask -n '__gtask_is sandbox; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is sandbox' -a '(__gtask_command_line)'

complete -c gtask -n '__gtask_is completion; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is_at_first_argument completion' -a 'bash zsh fish powershell'

complete -c gtask -n '__gtask_is help; and not __fish_contains_opt -s h help' -s h -l help -d 'Show this message and exit'
complete -c gtask -n '__gtask_is_at_first_argument help' -a 'watch resources get sandbox completion help exit-codes environment'
