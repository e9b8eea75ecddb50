#!/usr/bin/env bash
# The same searches as an array of Slurm, without a cluster of silos: a task a budget. A task that is stopped or requeued goes on from its checkpoint.
#   sbatch samples/Cluster/slurm.sh MODEL DATA.tsv IMAGES OUT
#SBATCH --job-name=eos
#SBATCH --array=0-3
#SBATCH --cpus-per-task=8
#SBATCH --requeue
#SBATCH --signal=INT@60
set -euo pipefail
budgets=(64 32 16 8)
budget=${budgets[${SLURM_ARRAY_TASK_ID:?is not set: submit this with sbatch}]}
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
exec eos search --model "$1" --data "$2" --images "$3" --mean-visual-tokens "$budget" --output "$4/plan-$budget.json" --checkpoint "$4/plan-$budget.state"
