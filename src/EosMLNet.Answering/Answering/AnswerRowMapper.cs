using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet;

/// <summary>Answers row by row, for <see cref="PredictionEngine{TSrc, TDst}"/>.</summary>
internal sealed class AnswerRowMapper : IRowMapper
{
    private const int PredictedAnswer = 0, Score = 1, VisualTokens = 2;

    private readonly VisionLanguageTransformer transformer;
    private readonly HashSet<int> columns; // of images and question

    public AnswerRowMapper(VisionLanguageTransformer transformer, DataViewSchema input)
    {
        this.transformer = transformer;
        columns = [.. transformer.Settings.ImageColumns.Append(transformer.Settings.Question).Select(name => input[name].Index)];
    }

    /// <summary>True when one of the active outputs cannot be had without asking the model.</summary>
    public static bool NeedsModel(Func<int, bool> activeOutput) => activeOutput(PredictedAnswer) || activeOutput(Score);

    public DataViewSchema.DetachedColumn[] GetOutputColumns() => transformer.Settings.OutputColumns();

    // Exact, so that nobody decodes an image whose answer is not wanted.
    public Func<int, bool> GetDependencies(Func<int, bool> activeOutput)
    {
        var needsModel = NeedsModel(activeOutput);
        return column => needsModel && columns.Contains(column);
    }

    public Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action? disposer)
    {
        disposer = null;
        Func<Answer> current = NeedsModel(activeOutput) ? CachedAnswer(input) : () => Answer.Missing;
        return Getters(transformer, activeOutput, current)!;
    }

    /// <summary>Getters of the three outputs, null where one is not active; shared with the batched cursor.</summary>
    public static Delegate?[] Getters(VisionLanguageTransformer transformer, Func<int, bool> activeOutput, Func<Answer> current)
    {
        var mean = (float)transformer.Plan.Ledger.Mean;
        return
        [
            activeOutput(PredictedAnswer)
                ? (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> value) => value = current().Text.AsMemory()) : null,
            activeOutput(Score) ? (ValueGetter<float>)((ref float value) => value = current().Score) : null,
            activeOutput(VisualTokens) ? (ValueGetter<float>)((ref float value) => value = mean) : null,
        ];
    }

    public ITransformer GetTransformer() => transformer;

    public void Save(ModelSaveContext ctx) => ((ICanSaveModel)transformer).Save(ctx);

    // Two outputs of one row cost one forward pass.
    private Func<Answer> CachedAnswer(DataViewRow input)
    {
        var reader = new QueryReader(input, transformer.Settings, transformer.Videos);
        var position = -1L;
        var answer = Answer.Missing;
        return () =>
        {
            if (input.Position != position)
            {
                answer = transformer.Engine.Ask([reader.Read()])[0];
                position = input.Position;
            }
            return answer;
        };
    }
}
