using EosMLNet.Operator;
using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Execution;

/// <summary>
/// Which tokens of the unreduced image each visual token is made of. The operator hands over whatever stands in a token's planes with the
/// weights of its hidden state: here, a column for each original token. Its tensors belong to no dispose scope.
/// </summary>
internal sealed class TokenParts : IDisposable
{
    private readonly Tensor[] parts;                                                        // (n', n) of each image: n' of n are left

    /// <param name="left">Which tokens of each image there are, each made of itself.</param>
    /// <param name="layouts">How the tokens of each unreduced image lie.</param>
    /// <param name="device">Where the operator runs.</param>
    internal TokenParts(IEnumerable<long[]> left, IEnumerable<VisualLayout> layouts, Device device)
    {
        using var scope = NewDisposeScope();
        parts = [.. left.Zip(layouts, (places, layout) =>
            eye(layout.Count, dtype: ScalarType.Float32, device: device).index_select(0, tensor(places).Upload(device))
                .DetachFromDisposeScope())];
    }

    /// <summary>The parts of an image's tokens, (n', n) row by row.</summary>
    internal float[] Of(int image) => parts[image].cpu().data<float>().ToArray();

    /// <summary>A site's input with the parts behind its planes.</summary>
    internal SiteInput With(ImageGroup group, SiteInput input)
    {
        var own = stack([.. group.Images.Select(image => parts[image])]);                           // (g, n', n)
        return input with { Planes = input.Planes is null ? own : cat([input.Planes, own.to_type(input.Planes.dtype)], -1) };
    }

    /// <summary>Takes the parts out of a site's result again, and keeps them.</summary>
    internal Reduced Taken(ImageGroup group, Reduced reduced)
    {
        var planes = reduced.Planes!;                                                               // (g, k, p · d + n)
        var others = planes.size(2) - group.Layout.Count;
        var own = planes.narrow(2, others, group.Layout.Count).to_type(ScalarType.Float32);
        own = own.div(own.sum(-1, keepdim: true));                                                  // also what a gain has scaled is whole
        foreach (var (i, image) in group.Images.Index())
        {
            parts[image].Dispose();
            parts[image] = own[i].contiguous().DetachFromDisposeScope();
        }
        return reduced with { Planes = others == 0 ? null : planes.narrow(2, 0, others) };
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(parts, part => part.Dispose());
}
