using System.CommandLine;
using EosMLNet.Cluster;
using EosMLNet.Tool.CommandLine;

namespace EosMLNet.Tool.Cluster;

/// <summary><c>eos cluster submit</c>: submits a job.</summary>
internal sealed class SubmitCommand : ClientCommand
{
    private readonly Argument<string> file = new("FILE") { Description = "The job, as JSON; its paths start from the shared folder." };
    private readonly Option<bool> wait = new("--wait") { Description = "Wait until the job is over, and fail where it has." };

    public SubmitCommand(EosConsole console)
        : base("submit", "Submits a job: searches, or a table of questions to answer.", console)
    {
        Add(file);
        AddOptions(wait);
    }

    protected override async Task<object> AskAsync(
        ParseResult values, Func<Task<ClusterJobs>> connect, CancellationToken cancellation)
    {
        var job = JobFile.Read(values.GetRequiredValue(file));
        var jobs = await connect();
        var id = await jobs.SubmitAsync(job);
        Console.Line($"{id}");
        if (!values.GetValue(wait))
            return new { Id = id };
        var status = await Console.Progress(id, display => jobs.WaitAsync(id, new InlineProgress<JobStatus>(
            now => display.Report(new(now.Fraction, JobTable.Activity(now), [], now.Remaining, $"{now.State}"))), cancellation));
        Console.Print([status]);
        return status.State == JobState.Done ? status : throw new EosException(EosErrors.JobFailed,
            $"The job {id} is over and not done: {status.State}. `eos cluster status {id}` tells why.");
    }
}
