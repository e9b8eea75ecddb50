using System.ComponentModel;

namespace EosMLNet.Engines;

/// <summary>
/// What the encoder makes of images, known by their pixels and the number of images of their prompt, for rows that ask about an image
/// again. The images asked for last are kept, up to a number of bytes. Safe from any number of threads.
/// </summary>
/// <typeparam name="T">What the encoder makes of one image. What is kept is disposed, if it can be.</typeparam>
/// <param name="encode">Encodes one image of a prompt of so many: each by itself, so that what is made of it does not depend on which
/// others were kept or stood beside it.</param>
/// <param name="size">How many bytes it takes.</param>
/// <param name="limitBytes">The most memory that is kept.</param>
/// <param name="keep">Makes what is kept of what was encoded; null for the same.</param>
/// <param name="lend">Makes what is handed out of what is kept, which may be disposed meanwhile; null for the same.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class FeatureCache<T>(
    Func<Visual, int, T> encode, Func<T, long> size, long limitBytes, Func<T, T>? keep = null, Func<T, T>? lend = null) : IDisposable
    where T : class
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, T Output)>> kept = [];
    private readonly LinkedList<(string Key, T Output)> latestFirst = [];

    /// <summary>How many bytes are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many images were encoded.</summary>
    public int Encoded { get; private set; }

    /// <summary>The encoder's output for each of some images, in the order given; the same one for the same image.</summary>
    /// <param name="images">The images, and how many the prompt has that each is in.</param>
    public IReadOnlyList<T> Get(IReadOnlyList<(Visual Image, int InPrompt)> images)
    {
        string[] keys = [.. images.Select(image => $"{image.Image.Hash()} {image.InPrompt}")];
        var found = new Dictionary<string, T>();
        for (var i = 0; i < keys.Length; i++)
        {
            if (!found.ContainsKey(keys[i]))
                found[keys[i]] = Find(keys[i]) ?? Keep(keys[i], encode(images[i].Image, images[i].InPrompt));
        }
        return [.. keys.Select(key => found[key])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            while (latestFirst.Last is { } last)
                Remove(last);
        }
    }

    // Lent within the lock: another thread may drop the image meanwhile.
    private T? Find(string key)
    {
        lock (gate)
        {
            if (!kept.TryGetValue(key, out var node))
                return null;
            latestFirst.Remove(node);
            latestFirst.AddFirst(node);
            return lend is null ? node.Value.Output : lend(node.Value.Output);
        }
    }

    // Two threads may encode one image at the same time; the first one's stays.
    private T Keep(string key, T output)
    {
        lock (gate)
        {
            Encoded++;
            if (kept.ContainsKey(key) || size(output) > limitBytes)
                return output;
            while (Bytes + size(output) > limitBytes)
                Remove(latestFirst.Last!);
            Bytes += size(output);
            kept[key] = latestFirst.AddFirst((key, keep is null ? output : keep(output)));
            return output;
        }
    }

    private void Remove(LinkedListNode<(string Key, T Output)> node)
    {
        Bytes -= size(node.Value.Output);
        kept.Remove(node.Value.Key);
        latestFirst.Remove(node);
        (node.Value.Output as IDisposable)?.Dispose();
    }
}
