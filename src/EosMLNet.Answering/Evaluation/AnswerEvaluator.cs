using System.Globalization;
using EosMLNet.Evaluation.Benchmarks;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>Compares a column of answers with a column of expected ones, in one pass.</summary>
internal sealed class AnswerEvaluator(IHost host, string answer, string predicted, string? family, string? score, string? image,
    string? visualTokens)
{
    public VisionLanguageMetrics Evaluate(IDataView predictions)
    {
        Check(SchemaShape.Create(predictions.Schema));
        string?[] used = [answer, predicted, family, score, image, visualTokens];
        using var cursor = predictions.GetRowCursor(predictions.Schema.Where(column => used.Contains(column.Name)));
        var (expectedOf, predictedOf) = (Text(cursor, answer), Text(cursor, predicted));
        var familyOf = family is null ? () => "" : Text(cursor, family);
        var imagesOf = image is null ? () => [cursor.Position.ToString(CultureInfo.InvariantCulture)] : Texts(cursor, image);
        var (scoreOf, visualTokensOf) = (Number(cursor, score), Number(cursor, visualTokens));
        var rows = new List<AnsweredRow>();
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            var said = predictedOf();
            rows.Add(new AnsweredRow(said, AnswerComparison.IsCorrect(said, expectedOf()) ? 1 : 0, familyOf(), imagesOf(), scoreOf(),
                visualTokensOf()));
        }
        return rows.Count > 0 ? new VisionLanguageMetrics(rows, family is not null)
            : throw new EosException(EosErrors.EmptyDataset, "There are no predictions to evaluate. Expected at least one row.");
    }

    private void Check(SchemaShape schema)
    {
        host.CheckTextColumn(schema, answer, "answer");
        host.CheckTextColumn(schema, predicted, "predicted answer");
        if (family is not null)
            host.CheckTextColumn(schema, family, "family");
        if (score is not null)
            host.CheckNumberColumn(schema, score, "score");
        if (image is not null)
            host.CheckTextsColumn(schema, image, "image");
        if (visualTokens is not null)
            host.CheckNumberColumn(schema, visualTokens, "visual tokens");
    }

    private static Func<float> Number(DataViewRow row, string? column)
    {
        if (column is null)
            return () => float.NaN;
        var getter = row.GetGetter<float>(row.Schema[column]);
        return () =>
        {
            float value = float.NaN;
            getter(ref value);
            return value;
        };
    }

    private static Func<IReadOnlyList<string>> Texts(DataViewRow row, string column)
    {
        if (row.Schema[column].Type is not VectorDataViewType)
        {
            var text = Text(row, column);
            return () => [text()];
        }
        var getter = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(row.Schema[column]);
        VBuffer<ReadOnlyMemory<char>> value = default;
        return () =>
        {
            getter(ref value);
            return value.Length == 0 ? [""] : [.. value.DenseValues().Select(text => text.ToString())];
        };
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
