using System.Runtime.ExceptionServices;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Reads an input cursor in batches, on a thread of the pool, never more than one batch ahead of its consumer. The cursor is touched by one
/// thread at a time; what goes wrong there is kept until the rows in front of it are used up.
/// </summary>
/// <param name="host">Asked before every row whether to go on.</param>
/// <param name="input">The cursor; it is disposed with this object.</param>
/// <param name="batchSize">Rows of a batch.</param>
/// <param name="fetch">Copies the row that the cursor stands on into a slot, 0 … 2 · batch size - 1: while the rows of one half are in use,
/// the other half is filled.</param>
internal sealed class RowsAhead(IHost host, DataViewRowCursor input, int batchSize, Action<int> fetch) : IDisposable
{
    private Task<RowBatch>? reading;
    private volatile bool stopped;

    /// <summary>Waits for the next batch, and has the one behind it read from now on. The rows of the batch before are gone.</summary>
    public RowBatch Next()
    {
        var batch = (reading ?? Start(0)).GetAwaiter().GetResult();
        reading = batch.IsLast ? Task.FromResult(batch with { Count = 0 }) : Start(batchSize - batch.FirstSlot);
        return batch;
    }

    /// <summary>Waits for the row that is being read, reads no more, and disposes the cursor.</summary>
    public void Dispose()
    {
        stopped = true;
        reading?.Wait();
        input.Dispose();
    }

    private Task<RowBatch> Start(int firstSlot) => Task.Run(() => Read(firstSlot));

    private RowBatch Read(int firstSlot)
    {
        var count = 0;
        try
        {
            for (; count < batchSize && !stopped; count++)
            {
                host.CheckAlive();
                if (!input.MoveNext())
                    return new RowBatch(firstSlot, count, IsLast: true);
                fetch(firstSlot + count);
            }
            return new RowBatch(firstSlot, count, IsLast: false);
        }
        catch (Exception e)
        {
            return new RowBatch(firstSlot, count, IsLast: true, ExceptionDispatchInfo.Capture(e));
        }
    }
}
