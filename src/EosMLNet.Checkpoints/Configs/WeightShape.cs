namespace EosMLNet.Checkpoints;

/// <summary>A weight that a model's configuration asks for.</summary>
/// <param name="Name">Its published name.</param>
/// <param name="Shape">Its shape.</param>
public sealed record WeightShape(string Name, params long[] Shape)
{
    /// <summary>
    /// Whether it is the weight of a linear layer, (out, in), and is used for nothing else: it may then be kept in another form.
    /// </summary>
    public bool IsLinear { get; init; }

    /// <summary>The weight and the bias of a linear layer, or of a layer norm where there is one size.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="shape">The weight's shape; the bias has its first size.</param>
    internal static IEnumerable<WeightShape> WithBias(string name, params long[] shape) => Linear(name, bias: true, shape);

    /// <summary>The weight of a linear layer, and its bias where it has one.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="bias">Whether it has a bias.</param>
    /// <param name="shape">The weight's shape; the bias has its first size.</param>
    internal static IEnumerable<WeightShape> Linear(string name, bool bias, params long[] shape)
    {
        yield return new(name + ".weight", shape) { IsLinear = shape.Length == 2 };
        if (bias)
            yield return new(name + ".bias", shape[0]);
    }
}
