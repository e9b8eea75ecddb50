using EosMLNet.Tensors;
using static TorchSharp.torch;

namespace EosMLNet.Models;

/// <summary>A linear layer, x Wᵀ + b, in the form that its weight is kept in.</summary>
internal abstract class Linear
{
    /// <summary>The layer of weights that a model has.</summary>
    /// <param name="weight">Gives a weight by its name.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="bias">Whether it has a bias.</param>
    internal static Linear Of(Func<string, Tensor> weight, string name, bool bias = true)
    {
        var (w, b) = (weight(name + ".weight"), bias ? weight(name + ".bias") : null);
        return w.dtype == ScalarType.Int8 ? new Int8Linear(w, weight(name + ".weight" + WeightLoader.ScaleSuffix), b)
            : OneDnn.IsPacked(w) ? new PackedLinear(w, b)
            : new DenseLinear(w, b);
    }

    /// <summary>(…, in) to (…, out).</summary>
    internal abstract Tensor Apply(LinearInput x);
}
