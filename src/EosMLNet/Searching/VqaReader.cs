using EosMLNet.Data;
using EosMLNet.Internals;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>Reads the rows of a data view into the form that the search works on.</summary>
internal sealed class VqaReader(IHost host, AnswerSettings settings, string answer)
{
    public VqaDataset Read(IDataView input, CancellationToken cancellation)
    {
        var builder = new VqaDataset.Builder();
        var names = new[] { settings.Image, settings.Question, answer };
        using var cursor = input.GetRowCursor(names.Distinct().Select(name => input.Schema[name]));
        var queries = new QueryReader(cursor, settings);
        var answers = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema[answer]);
        ReadOnlyMemory<char> expected = default;
        while (cursor.MoveNext())
        {
            host.CheckAlive();
            cancellation.ThrowIfCancellationRequested();
            var query = queries.Read();
            answers(ref expected);
            if (query.IsMissing || expected.Span.IsWhiteSpace())
                throw new EosException(EosErrors.DatasetRow,
                    $"Row {cursor.Position + 1} has no {(query.Image is null ? settings.Image : query.IsMissing ? settings.Question : answer)}. " +
                    "The search needs a picture, a question and an answer in every row; filter the others out.");
            builder.Add(query.Image!, query.Question, expected.ToString());
        }
        return builder.Build();
    }
}
