namespace EosMLNet.Build.Exchange;

/// <summary>What a model's build makes. Compiled into the task and into the worker.</summary>
internal enum ArtifactFormat
{
    /// <summary>A zip that ML.NET loads.</summary>
    MlNet,

    /// <summary>A folder with ONNX graphs, as <c>eos export</c> writes it.</summary>
    Onnx,
}
