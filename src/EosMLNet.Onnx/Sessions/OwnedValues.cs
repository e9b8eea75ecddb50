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

    /// <summary>The tensors.</summary>
    internal IReadOnlyDictionary<string, OrtValue> Values => values;

    /// <summary>Some rows of a tensor, copied; null where there is none of the name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many rows.</param>
    internal float[]? Part(string name, int first, int count)
    {
        if (!values.TryGetValue(name, out var value))
            return null;
        var all = value.GetTensorDataAsSpan<float>();
        var rows = (int)value.GetTensorTypeAndShape().Shape[0];
        var width = rows == 0 ? 0 : all.Length / rows;
        return all.Slice(first * width, count * width).ToArray();
    }

    /// <summary>Adds numbers as a tensor; they are not copied.</summary>
    internal void Add<T>(string name, T[] numbers, params long[] shape) where T : unmanaged =>
        values.Add(name, OrtValue.CreateTensorValueFromMemory(numbers, shape));

    /// <summary>The same of numbers whose type is known when it runs: float32 or int64.</summary>
    internal void Add(string name, Array numbers, params long[] shape)
    {
        if (numbers is float[] floats)
            Add<float>(name, floats, shape);
        else
            Add<long>(name, (long[])numbers, shape);
    }

    /// <summary>The same of memory that somebody else holds.</summary>
    internal void Add(string name, Memory<float> numbers, params long[] shape) =>
        values.Add(name, OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, numbers, shape));

    /// <summary>These tensors and others.</summary>
    internal Dictionary<string, OrtValue> With(IReadOnlyDictionary<string, OrtValue> others) => new(values.Concat(others));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var value in values.Values)
            value.Dispose();
    }
}
