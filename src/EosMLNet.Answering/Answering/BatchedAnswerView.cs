using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// What <c>Transform</c> returns: the input with answers, computed batch by batch as a cursor goes along (build/docs/adr/0004). Rows keep
/// their order.
/// </summary>
internal sealed class BatchedAnswerView : IDataView
{
    private readonly IHost host;
    private readonly VisionLanguageTransformer transformer;
    private readonly RowToRowMapperTransform rows;
    private readonly AnswerRowMapper mapper;
    private readonly ColumnBindings bindings;
    private readonly IProgress<AnswerProgress>? progress;
    private readonly CancellationToken cancellation;

    public BatchedAnswerView(IHost host, VisionLanguageTransformer transformer, RowToRowMapperTransform rows, AnswerRowMapper mapper,
        IProgress<AnswerProgress>? progress, CancellationToken cancellation)
    {
        (this.host, this.transformer, this.rows, this.mapper) = (host, transformer, rows, mapper);
        (this.progress, this.cancellation) = (progress, cancellation);
        bindings = new ColumnBindings(rows.Source.Schema, mapper.GetOutputColumns());
    }

    public bool CanShuffle => rows.Source.CanShuffle;

    public DataViewSchema Schema => rows.OutputSchema;

    public long? GetRowCount() => rows.Source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        var active = Active(columnsNeeded);
        if (!AnswerRowMapper.NeedsModel(ActiveOutput(active)))
            return rows.GetRowCursor(columnsNeeded, rand);
        var dependencies = mapper.GetDependencies(ActiveOutput(active));
        var passing = bindings.GetActiveInput(column => active[column]);
        var input = rows.Source.GetRowCursor(rows.Source.Schema.Where(column => passing[column.Index] || dependencies(column.Index)), rand);
        return new BatchedAnswerCursor(host, transformer, input, Schema, bindings, active, Reporter(), cancellation);
    }

    // One cursor is within the contract ("at most n"). libtorch uses all cores for a batch; several cursors would only fill smaller ones.
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        AnswerRowMapper.NeedsModel(ActiveOutput(Active(columnsNeeded))) ? [GetRowCursor(columnsNeeded, rand)]
            : rows.GetRowCursorSet(columnsNeeded, n, rand);

    // Of one cursor: told of the rows that were answered.
    private Action<int>? Reporter()
    {
        if (progress is null)
            return null;
        var (rows, total, start) = (0L, GetRowCount(), Stopwatch.GetTimestamp());
        return answered => progress.Report(new AnswerProgress(rows += answered, total, Stopwatch.GetElapsedTime(start)));
    }

    private bool[] Active(IEnumerable<DataViewSchema.Column> columnsNeeded)
    {
        var active = new bool[Schema.Count];
        foreach (var column in columnsNeeded)
            active[column.Index] = true;
        return active;
    }

    private Func<int, bool> ActiveOutput(bool[] active) => output => active[bindings.AddedColumnIndices[output]];
}
