using EosMLNet.Internals;
using Microsoft.ML;

namespace EosMLNet;

/// <summary>Reads images and question of the row that a cursor or a row stands on. Belongs to one cursor, so to one thread.</summary>
internal sealed class QueryReader(Func<IReadOnlyList<Visual>> images, ValueGetter<ReadOnlyMemory<char>> question)
{
    private ReadOnlyMemory<char> text;

    public QueryReader(DataViewRow row, AnswerSettings settings, FrameSampling? videos)
        : this(row.GetImageReader(row.Schema[settings.Image], videos), row.GetGetter<ReadOnlyMemory<char>>(row.Schema[settings.Question]))
    {
    }

    /// <exception cref="EosException">EOS1001, EOS1010, EOS1011: an image is missing or is not one; the message names the row.</exception>
    public Query Read()
    {
        question(ref text);
        return new Query(images(), text.ToString());
    }
}
