using TorchSharp;
using static TorchSharp.torch;

namespace ScenesVqa.Training;

/// <summary>Keeps some of a model's intermediate results.</summary>
internal sealed class Taps(params IEnumerable<string> names) : IDisposable
{
    private readonly HashSet<string> wanted = [.. names];
    private readonly Dictionary<string, Tensor> kept = [];

    /// <summary>Keeps the value where its name is wanted.</summary>
    public void Receive(string name, Tensor value)
    {
        if (wanted.Contains(name))
            kept[name] = value.alias().DetachFromDisposeScope();
    }

    /// <summary>What came under a name; null where nothing did.</summary>
    public Tensor? this[string name] => kept.GetValueOrDefault(name);

    public void Dispose()
    {
        foreach (var tensor in kept.Values)
            tensor.Dispose();
    }
}
