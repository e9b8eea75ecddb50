using EosMLNet.Evaluation;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>Compares a column of answers with a column of expected ones, in one pass.</summary>
internal sealed class AnswerEvaluator(IHost host, string answer, string predicted, string? family, string? score)
{
    public VisionLanguageMetrics Evaluate(IDataView predictions)
    {
        Check(SchemaShape.Create(predictions.Schema));
        var (right, rows) = (new Dictionary<string, long>(), new SortedDictionary<string, long>(StringComparer.Ordinal));
        double scores = 0;
        long scored = 0;
        using var cursor = predictions.GetRowCursor(predictions.Schema.Where(column => column.Name == answer || column.Name == predicted || column.Name == family || column.Name == score));
        var (expectedOf, predictedOf, familyOf) = (Text(cursor, answer), Text(cursor, predicted), family is null ? () => "" : Text(cursor, family));
        var scoreOf = score is null ? null : cursor.GetGetter<float>(cursor.Schema[score]);
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            var name = familyOf();
            rows[name] = rows.GetValueOrDefault(name) + 1;
            if (Evaluator.IsCorrect(predictedOf(), expectedOf()))
                right[name] = right.GetValueOrDefault(name) + 1;
            float value = float.NaN;
            scoreOf?.Invoke(ref value);
            if (!float.IsNaN(value))
                (scores, scored) = (scores + value, scored + 1);
        }
        var total = rows.Values.Sum();
        if (total == 0)
            throw new EosException(EosErrors.EmptyDataset, "There are no predictions to evaluate. Expected at least one row.");
        return new VisionLanguageMetrics(total, (double)right.Values.Sum() / total,
            family is null ? new Dictionary<string, double>() : rows.ToDictionary(r => r.Key, r => (double)right.GetValueOrDefault(r.Key) / r.Value),
            scored == 0 ? double.NaN : scores / scored);
    }

    private void Check(SchemaShape schema)
    {
        host.CheckTextColumn(schema, answer, "answer");
        host.CheckTextColumn(schema, predicted, "predicted answer");
        if (family is not null)
            host.CheckTextColumn(schema, family, "family");
        if (score is not null)
            host.CheckNumberColumn(schema, score, "score");
    }

    private static Func<string> Text(DataViewRow row, string column)
    {
        var getter = row.GetGetter<ReadOnlyMemory<char>>(row.Schema[column]);
        ReadOnlyMemory<char> value = default;
        return () =>
        {
            getter(ref value);
            return value.ToString();
        };
    }
}
