using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Goes over the input once: reads a batch of rows, keeps the values of the columns that are passed through, asks the model, and replays the rows.
/// Like every cursor it belongs to one thread; several cursors may run over one view at once.
/// </summary>
internal sealed class BatchedAnswerCursor : RootCursorBase
{
    private readonly IHost host;
    private readonly VisionLanguageTransformer transformer;
    private readonly DataViewRowCursor input;
    private readonly bool[] active;
    private readonly BufferedColumn?[] passing;      // by column of the output schema
    private readonly BufferedValues<DataViewRowId> ids;
    private readonly long[] batches;
    private readonly QueryReader reader;
    private readonly Delegate?[] answerGetters;
    private readonly Dictionary<int, int> outputs;   // column of the output schema -> 0, 1, 2
    private readonly List<Query> queries = [];
    private Answer[] answers = [];
    private int row = -1;
    private bool exhausted;

    public BatchedAnswerCursor(IHost host, VisionLanguageTransformer transformer, DataViewRowCursor input, DataViewSchema schema, ColumnBindings bindings, bool[] active)
        : base(host)
    {
        (this.host, this.transformer, this.input, this.active, Schema) = (host, transformer, input, active, schema);
        var size = transformer.Settings.BatchSize;
        passing = new BufferedColumn?[schema.Count];
        batches = new long[size];
        ids = new BufferedValues<DataViewRowId>(input.GetIdGetter(), size, () => row);
        outputs = bindings.AddedColumnIndices.Select((column, output) => (column, output)).ToDictionary(x => x.column, x => x.output);
        foreach (var column in schema.Where(c => active[c.Index] && !outputs.ContainsKey(c.Index)))
            passing[column.Index] = BufferedColumn.Create(input, input.Schema[bindings.MapColumnIndex(out _, column.Index)], size, () => row);
        reader = MakeReader(bindings);
        answerGetters = AnswerRowMapper.Getters(transformer, output => active[bindings.AddedColumnIndices[output]], () => answers[row]);
    }

    public override DataViewSchema Schema { get; }

    public override long Batch => batches[row];

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
        if (++row < queries.Count)
            return true;
        row = 0;
        return ReadBatch();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var column in passing)
                column?.Dispose();
            input.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool ReadBatch()
    {
        queries.Clear();
        while (!exhausted && queries.Count < transformer.Settings.BatchSize)
        {
            host.CheckAlive();
            exhausted = !input.MoveNext();
            if (!exhausted)
                ReadRow(queries.Count);
        }
        answers = transformer.Engine.Ask(queries);
        return queries.Count > 0;
    }

    private void ReadRow(int slot)
    {
        ids.Fetch(slot);
        batches[slot] = input.Batch;
        foreach (var column in passing)
            column?.Fetch(slot);
        queries.Add(reader.Read());
    }

    // A picture that is passed through as well is decoded once, into its buffer, and read from there.
    private QueryReader MakeReader(ColumnBindings bindings)
    {
        var image = input.Schema[transformer.Settings.Image];
        var buffered = passing.OfType<BufferedImages>().FirstOrDefault(column => column.Source == image.Index);
        ValueGetter<MLImage> images = buffered is null
            ? input.GetGetter<MLImage>(image)
            : (ref MLImage value) => value = buffered[queries.Count]!;
        return new QueryReader(images, input.GetGetter<ReadOnlyMemory<char>>(input.Schema[transformer.Settings.Question]));
    }
}
