using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Onnx.Sessions;

/// <summary>Tensors by name that are freed together.</summary>
internal sealed class OwnedValues : IDisposable
{
    private readonly Dictionary<string, OrtValue> values;

    internal OwnedValues() : this([])
    {
    }

    /// <param name="values">Tensors that it frees.</param>
    internal OwnedValues(Dictionary<string, OrtValue> values) => this.values = values;

    /// <summary>Adds numbers as a tensor; they are not copied.</summary>
    internal void Add<T>(string name, T[] numbers, params long[] shape) where T : unmanaged =>
        values.Add(name, OrtValue.CreateTensorValueFromMemory(numbers, shape));

    /// <summary>These tensors and others.</summary>
    internal Dictionary<string, OrtValue> With(IReadOnlyDictionary<string, OrtValue> others) => new(values.Concat(others));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in values.Values)
            value.Dispose();
    }
}
