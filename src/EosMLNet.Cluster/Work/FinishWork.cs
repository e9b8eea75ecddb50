using System.Text;
using EosMLNet.Cluster.Storage;

namespace EosMLNet.Cluster.Work;

/// <summary>
/// The end of a job: results get their names, and the rest is deleted. It may be done twice, or by two devices at once: a result that is
/// there is whole, and any of them writes the same.
/// </summary>
internal static class FinishWork
{
    /// <param name="clusterJob">The job.</param>
    /// <param name="accepted">Which attempt of each item counts; null where nothing is published.</param>
    /// <param name="job">The job's folder.</param>
    /// <param name="cancellation">Looked at before each item.</param>
    internal static void Run(ClusterJob clusterJob, int[]? accepted, JobFolder job, CancellationToken cancellation)
    {
        if (accepted is not null && clusterJob is SearchJob searches)
            Publish(searches, accepted, job, cancellation);
        else if (accepted is not null && !File.Exists(job.Result(PartWork.Answers)))
            Join(accepted, job, cancellation);
        job.DeleteWork();
    }

    private static void Publish(SearchJob searches, int[] accepted, JobFolder job, CancellationToken cancellation)
    {
        foreach (var (item, attempt) in accepted.Index().Where(one => one.Item > 0))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var name in SearchWork.Results(searches.Searches[item]).Where(name => !File.Exists(job.Result(name))))
            {
                var file = Path.Combine(job.Attempt(item, attempt), name);
                if (File.Exists(file)) // a plan may have no learned parameters
                    JobFolder.Copy(file, job.Result(name));
            }
        }
    }

    private static void Join(int[] accepted, JobFolder job, CancellationToken cancellation) =>
        AtomicFile.Write(job.Result(PartWork.Answers), target =>
        {
            target.Write(Encoding.UTF8.GetBytes(PartWork.Header));
            foreach (var (item, attempt) in accepted.Index())
            {
                cancellation.ThrowIfCancellationRequested();
                using var part = File.OpenRead(Path.Combine(job.Attempt(item, attempt), PartWork.Answers));
                part.CopyTo(target);
            }
        });
}
