using EosMLNet.Engines;
using EosMLNet.Internals;
using Microsoft.ML;

namespace EosMLNet;

/// <summary>Reads images and question of the row that a cursor or a row stands on. Belongs to one cursor, so to one thread.</summary>
/// <param name="images">What reads the images of each column.</param>
/// <param name="question">What reads the question.</param>
internal sealed class QueryReader(IReadOnlyList<Func<IReadOnlyList<Visual>>> images, ValueGetter<ReadOnlyMemory<char>> question)
{
    private ReadOnlyMemory<char> text;

    public QueryReader(DataViewRow row, AnswerSettings settings, FrameSampling? videos)
        : this([.. settings.ImageColumns.Select(name => row.GetImageReader(row.Schema[name], videos))],
            row.GetGetter<ReadOnlyMemory<char>>(row.Schema[settings.Question]))
    {
    }

    /// <exception cref="EosException">EOS1001, EOS1010, EOS1011: an image is missing or is not one; the message names the row.</exception>
    public Query Read()
    {
        question(ref text);
        return new Query(images.Count == 1 ? images[0]() : [.. images.SelectMany(column => column())], text.ToString());
    }
}
