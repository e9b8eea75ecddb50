using EosMLNet.Cluster;
using EosMLNet.Search;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary>Jobs as people read them.</summary>
internal static class JobTable
{
    internal static void Print(this EosConsole console, IReadOnlyList<JobStatus> jobs)
    {
        console.Table("", ["job", "state", "done", "of", "lost", "%", "left"], jobs.Select(job => new[]
        {
            job.Id, $"{job.State}".ToLowerInvariant(), $"{job.Done}", $"{job.Items}", $"{job.Lost}",
            FormattableString.Invariant($"{Math.Floor(100 * job.Fraction):0}"),
            job.Remaining is { } left ? SearchProgress.Duration(left) : "-",
        }));
        foreach (var job in jobs.Where(job => job.State == JobState.Done))
            console.Line($"{job.Id}: results in {job.Folder} of the shared folder");
        foreach (var (job, fault) in jobs.SelectMany(job => job.Faults.Select(fault => (job, fault))))
            console.Line($"{job.Id}: {fault}");
    }

    /// <summary>What a job is busy with.</summary>
    internal static string Activity(JobStatus job) =>
        job.Items == 0 ? $"{job.State}".ToLowerInvariant()
            : FormattableString.Invariant($"{job.Done} of {job.Items} done, {job.Running} under way");
}
