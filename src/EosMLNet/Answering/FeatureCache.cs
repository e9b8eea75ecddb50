using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet;

/// <summary>
/// What the encoder makes of images, known by their pixels and the number of images of their prompt, for rows that ask about an image
/// again. The images asked for last are kept, up to a number of bytes. Safe from any number of threads.
/// </summary>
/// <param name="encode">Encodes one image of a prompt of so many: each by itself, so that what is made of it does not depend on which
/// others were kept or stood beside it.</param>
/// <param name="limitBytes">The most memory that is kept.</param>
internal sealed class FeatureCache(Func<Visual, int, VisionOutput> encode, long limitBytes) : IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, VisionOutput Output)>> kept = [];
    private readonly LinkedList<(string Key, VisionOutput Output)> latestFirst = [];

    /// <summary>How many bytes are kept.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many images were encoded.</summary>
    public int Encoded { get; private set; }

    /// <summary>The encoder's output for some images, in the order given, in the caller's dispose scope.</summary>
    public VisionOutput Get(IReadOnlyList<(Visual Image, int InPrompt)> images)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        string[] keys = [.. images.Select(image => $"{image.Image.Hash()} {image.InPrompt}")];
        var found = new Dictionary<string, VisionOutput>();
        for (var i = 0; i < keys.Length; i++)
        {
            if (!found.ContainsKey(keys[i]))
                found[keys[i]] = Find(keys[i]) ?? Keep(keys[i], encode(images[i].Image, images[i].InPrompt));
        }
        return VisionOutput.Join([.. keys.Select(key => found[key])]).MoveToOuterDisposeScope();
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

    // An alias holds the memory: another thread may drop the image meanwhile.
    private VisionOutput? Find(string key)
    {
        lock (gate)
        {
            if (!kept.TryGetValue(key, out var node))
                return null;
            latestFirst.Remove(node);
            latestFirst.AddFirst(node);
            return node.Value.Output.Map(x => x.alias());
        }
    }

    // Two threads may encode one image at the same time; the first one's stays.
    private VisionOutput Keep(string key, VisionOutput output)
    {
        lock (gate)
        {
            Encoded++;
            if (kept.ContainsKey(key) || Size(output) > limitBytes)
                return output;
            while (Bytes + Size(output) > limitBytes)
                Remove(latestFirst.Last!);
            Bytes += Size(output);
            // Copies: a tensor may be a part of a larger one, which it would keep whole.
            kept[key] = latestFirst.AddFirst((key, output.Map(x => x.clone().DetachFromDisposeScope())));
            return output;
        }
    }

    private void Remove(LinkedListNode<(string Key, VisionOutput Output)> node)
    {
        Bytes -= Size(node.Value.Output);
        kept.Remove(node.Value.Key);
        latestFirst.Remove(node);
        node.Value.Output.Dispose();
    }

    private static long Size(VisionOutput output) => output.Tensors.Sum(x => x.numel() * x.element_size());
}
