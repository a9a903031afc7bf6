#!/usr/bin/env bash
# Three masters on 7001 to 7003, for trying out. They end with this script, and keep nothing.
set -euo pipefail
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$folder"' EXIT
nodes=()
for port in 7001 7002 7003; do
  mkdir "$folder/$port"
  redis-server --port "$port" --bind 127.0.0.1 --dir "$folder/$port" --cluster-enabled yes --save '' >"$folder/$port/log" &
  nodes+=("127.0.0.1:$port")
done
for port in 7001 7002 7003; do until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.1; done; done
redis-cli --cluster create "${nodes[@]}" --cluster-yes
until redis-cli -p 7003 cluster info | grep -q cluster_state:ok; do sleep 0.1; done
echo 'the cluster is ready'
wait
