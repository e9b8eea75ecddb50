using EosMLNet.Data;
using EosMLNet.Models;
using static TorchSharp.torch;

namespace EosMLNet.Search;

/// <summary>
/// What the frozen encoder makes of pictures, computed once a picture and kept while the limit on memory allows; pictures beyond it are encoded anew.
/// </summary>
internal sealed class PictureCache(Func<IReadOnlyList<int>, VisionOutput> encode, long limitBytes) : IDisposable
{
    private readonly Dictionary<int, (Tensor Features, Tensor? ClsAttention)> kept = [];
    private long bytes;

    /// <summary>Pictures of a dataset, through the model's own preprocessing.</summary>
    internal static PictureCache Of(VisionLanguageModel model, VisionLanguageProcessor processor, IReadOnlyList<RgbImage> pictures, long limitBytes) => new(wanted =>
    {
        using var scope = NewDisposeScope();
        var pixels = processor.Images.Process([.. wanted.Select(i => pictures[i])]).to(model.DataType, model.Device);
        var output = model.EncodeImages(pixels);
        return new VisionOutput(output.Features.MoveToOuterDisposeScope(), output.ClsAttention?.MoveToOuterDisposeScope());
    }, limitBytes);

    /// <summary>The encoder's output for some pictures, in the order given, in the caller's dispose scope.</summary>
    internal VisionOutput Get(IReadOnlyList<int> pictures)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var missing = pictures.Distinct().Where(p => !kept.ContainsKey(p)).ToArray();
        var rows = new Dictionary<int, (Tensor Features, Tensor? ClsAttention)>();
        if (missing.Length > 0)
        {
            var output = encode(missing);
            for (var i = 0; i < missing.Length; i++)
                rows[missing[i]] = Keep(missing[i], output.Features[i], output.ClsAttention?[i]);
        }
        var all = pictures.Select(p => kept.TryGetValue(p, out var row) ? row : rows[p]).ToArray();
        var features = stack([.. all.Select(row => row.Features)]);
        var attention = all.Any(row => row.ClsAttention is null) ? null : stack([.. all.Select(row => row.ClsAttention!)]);
        return new VisionOutput(features.MoveToOuterDisposeScope(), attention?.MoveToOuterDisposeScope());
    }

    private (Tensor, Tensor?) Keep(int picture, Tensor features, Tensor? attention)
    {
        var size = features.numel() * features.element_size();
        if (bytes + size > limitBytes)
            return (features, attention);
        bytes += size;
        // Copies: a row of the batch would keep the whole batch.
        return kept[picture] = (features.clone().DetachFromDisposeScope(), attention?.clone().DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (features, attention) in kept.Values)
        {
            features.Dispose();
            attention?.Dispose();
        }
        kept.Clear();
    }
}
