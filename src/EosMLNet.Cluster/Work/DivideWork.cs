using EosMLNet.Cluster.Grains;
using EosMLNet.Cluster.Storage;

namespace EosMLNet.Cluster.Work;

/// <summary>A table, divided into parts.</summary>
internal static class DivideWork
{
    /// <exception cref="EosException">EOS1012: the table has no rows.</exception>
    internal static Division Run(BatchJob batch, JobFolder job, SharedFolder shared, CancellationToken cancellation)
    {
        var (parts, rows) = PartsFile.Write(job.Parts, TsvParts.Of(shared.Resolve(batch.Table), batch.PartRows, cancellation));
        return parts > 0 ? new(parts, rows)
            : throw new EosException(
                EosErrors.EmptyDataset, $"The table '{batch.Table}' has no rows below its header; expected at least one.");
    }
}
