using System.Runtime.ExceptionServices;
using EosMLNet.Engines;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Goes over the input once: reads a batch of rows, keeps the values of the columns that are passed through, asks the model, and replays
/// the rows. While the model answers, the next batch is read on another thread. Like every cursor it belongs to one thread; several cursors
/// may run over one view at once. Disposing it, from any thread, and cancelling ML.NET's work end an answer before its next token.
/// </summary>
internal sealed class BatchedAnswerCursor : RootCursorBase
{
    private static readonly TimeSpan CancellationCheck = TimeSpan.FromMilliseconds(50);

    private readonly IHost host;
    private readonly VisionLanguageTransformer transformer;
    private readonly DataViewRowCursor input;
    private readonly RowsAhead rows;
    private readonly bool[] active;
    private readonly BufferedColumn?[] passing;      // by column of the output schema
    private readonly BufferedValues<DataViewRowId> ids;
    private readonly long[] batches;
    private readonly QueryReader reader;
    private readonly Delegate?[] answerGetters;
    private readonly Dictionary<int, int> outputs;   // column of the output schema -> 0, 1, 2
    private readonly Query[] queries;
    private readonly Action<int>? answered;          // told how many rows
    private readonly CancellationTokenSource stopped;
    private readonly Timer watch;
    private RowBatch batch;
    private Answer[] answers = [];
    private int row = -1;                            // in the batch
    private int fetched;                             // the slot that is being filled

    public BatchedAnswerCursor(IHost host, VisionLanguageTransformer transformer, DataViewRowCursor input, DataViewSchema schema,
        ColumnBindings bindings, bool[] active, Action<int>? answered, CancellationToken cancellation)
        : base(host)
    {
        (this.host, this.transformer, this.input, this.active, Schema) = (host, transformer, input, active, schema);
        (this.answered, stopped) = (answered, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        var batchSize = transformer.Settings.BatchSize;
        var size = 2 * batchSize;
        rows = new RowsAhead(host, input, batchSize, Fetch);
        queries = new Query[size];
        passing = new BufferedColumn?[schema.Count];
        batches = new long[size];
        ids = new BufferedValues<DataViewRowId>(input.GetIdGetter(), size, () => Slot);
        outputs = bindings.AddedColumnIndices.Select((column, output) => (column, output)).ToDictionary(x => x.column, x => x.output);
        foreach (var column in schema.Where(c => active[c.Index] && !outputs.ContainsKey(c.Index)))
            passing[column.Index] =
                BufferedColumn.Create(input, input.Schema[bindings.MapColumnIndex(out _, column.Index)], size, () => Slot);
        reader = MakeReader();
        // ML.NET tells nobody that its work was cancelled: it has to be asked.
        watch = new Timer(_ => { if (((ICancelable)host).IsCanceled) stopped.Cancel(); }, null, CancellationCheck, CancellationCheck);
        answerGetters = AnswerRowMapper.Getters(transformer, output => active[bindings.AddedColumnIndices[output]], () => answers[row]);
    }

    public override DataViewSchema Schema { get; }

    public override long Batch => batches[Slot];

    private int Slot => batch.FirstSlot + row;

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Ch.CheckParam(IsColumnActive(column), nameof(column), "requested column not active");
        var getter = outputs.TryGetValue(column.Index, out var output) ? answerGetters[output] : passing[column.Index]!.Getter;
        return getter as ValueGetter<TValue>
            ?? throw Ch.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}'.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ValueGetter<DataViewRowId>)ids.Getter;

    protected override bool MoveNextCore()
    {
        if (++row < batch.Count)
            return true;
        if (batch.IsLast)
            return End();
        batch = rows.Next();
        row = 0;
        return batch.Count > 0 ? Ask() : End();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stopped.Cancel();
            watch.Dispose();
            rows.Dispose();
            foreach (var column in passing)
                column?.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool End()
    {
        batch.Failure?.Throw();
        return false;
    }

    // Rows without answers are not to be stepped on: what failed once fails at every further step.
    private bool Ask()
    {
        try
        {
            host.CheckAlive();
            answers = transformer.Engine.Ask(new ArraySegment<Query>(queries, batch.FirstSlot, batch.Count), stopped.Token);
            answered?.Invoke(batch.Count);
            return true;
        }
        catch (Exception e)
        {
            batch = new RowBatch(batch.FirstSlot, Count: 0, IsLast: true, ExceptionDispatchInfo.Capture(e));
            throw;
        }
    }

    private void Fetch(int slot)
    {
        fetched = slot;
        ids.Fetch(slot);
        batches[slot] = input.Batch;
        foreach (var column in passing)
            column?.Fetch(slot);
        queries[slot] = reader.Read();
    }

    // An image that is passed through as well is decoded once, into its buffer, and read from there.
    private QueryReader MakeReader()
    {
        return new QueryReader([.. transformer.Settings.ImageColumns.Select(name => ImagesOf(input.Schema[name]))],
            input.GetGetter<ReadOnlyMemory<char>>(input.Schema[transformer.Settings.Question]));

        Func<IReadOnlyList<Visual>> ImagesOf(DataViewSchema.Column image) =>
            passing.OfType<BufferedImages>().FirstOrDefault(column => column.Source == image.Index) is { } buffered
                ? input.GetImageReader((ref MLImage value) => value = buffered[fetched]!)
                : input.GetImageReader(image, transformer.Videos);
    }
}
