using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>Reads the rows of a data view into the form that the search works on.</summary>
/// <param name="builder">Has the columns of images and question.</param>
/// <param name="answer">The column of answers; <see langword="null"/> where none are wanted.</param>
/// <param name="family">The column of question families; <see langword="null"/> where all are of one kind.</param>
/// <param name="videos">Which frames of videos are read; <see langword="null"/> where the model takes none.</param>
internal sealed class VqaReader(TransformerBuilder builder, string? answer, string? family, FrameSampling? videos)
{
    public VqaDataset Read(IDataView input, CancellationToken cancellation)
    {
        var rows = new VqaDataset.Builder();
        string?[] names = [.. builder.ImageColumns, builder.QuestionColumn, answer, family];
        using var cursor = input.GetRowCursor(names.OfType<string>().Distinct().Select(name => input.Schema[name]));
        var read = builder.Reader(cursor, videos);
        var (answers, families) = (Texts(answer), Texts(family));
        ReadOnlyMemory<char> expected = default, kind = default;
        while (cursor.MoveNext())
        {
            builder.Host.CheckAlive();
            cancellation.ThrowIfCancellationRequested();
            var query = read();
            answers?.Invoke(ref expected);
            families?.Invoke(ref kind);
            if (query.IsMissing || answer is not null && expected.Span.IsWhiteSpace())
            {
                var missing = query.Images.Count == 0 ? string.Join(" or ", builder.ImageColumns)
                    : query.IsMissing ? builder.QuestionColumn : answer;
                throw new EosException(EosErrors.DatasetRow,
                    $"Row {cursor.Position + 1} has no {missing}. " +
                    $"The search needs an image{(answer is null ? " and a question" : ", a question and an answer")} in every row; " +
                    "filter the others out.");
            }
            rows.Add(query.Images, query.Question, expected.ToString(), kind.ToString());
        }
        return rows.Build();

        ValueGetter<ReadOnlyMemory<char>>? Texts(string? column) =>
            column is null ? null : cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[column]);
    }
}
