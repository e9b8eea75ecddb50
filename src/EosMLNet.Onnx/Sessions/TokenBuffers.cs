using EosMLNet.Onnx.Models;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EosMLNet.Onnx.Sessions;

/// <summary>
/// Keys and values of B rows' tokens, a buffer a layer, with room for the tokens that are to come. The graph reads the buffers and adds to
/// them in place.
/// </summary>
internal sealed class TokenBuffers : IDisposable
{
    private readonly Dictionary<string, OrtValue> past = [], present = [];

    /// <param name="config">The decoder.</param>
    /// <param name="stretches">The stretch of layers that each layer belongs to.</param>
    /// <param name="rows">Rows, B.</param>
    /// <param name="room">Tokens that each stretch has room for.</param>
    internal TokenBuffers(LlamaConfig config, IReadOnlyList<int> stretches, int rows, IReadOnlyList<int> room)
    {
        foreach (var (layer, stretch) in stretches.Index())
        {
            foreach (var what in (string[])["key", "value"])
            {
                long[] shape = [rows, config.KeyValueHeadCount, room[stretch], config.HeadSize];
                var buffer = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
                (past[DecoderNames.Past(layer, what)], present[DecoderNames.Present(layer, what)]) = (buffer, buffer);
            }
        }
    }

    /// <summary>The buffers as inputs, by name.</summary>
    internal IReadOnlyDictionary<string, OrtValue> Past => past;

    /// <summary>The same buffers as outputs, by name.</summary>
    internal IReadOnlyDictionary<string, OrtValue> Present => present;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in past.Values)
            buffer.Dispose();
    }
}
