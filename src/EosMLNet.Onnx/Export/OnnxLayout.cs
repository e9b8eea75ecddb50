using System.Text.Json.Serialization;

namespace EosMLNet.Onnx;

/// <summary>Which program an exported folder is for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnnxLayout>))]
public enum OnnxLayout
{
    /// <summary>This library: <see cref="OnnxModel"/> answers, any number of rows at once.</summary>
    [JsonStringEnumMemberName("eos")]
    Eos,
    /// <summary>ONNX Runtime GenAI, whose generator answers one row; <see cref="GenAiPrompts"/> makes what it is given.</summary>
    [JsonStringEnumMemberName("genai")]
    GenAi,
}
