using EosMLNet.Onnx.Protos;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Onnx.Sessions;

/// <summary>A graph that ONNX Runtime has loaded. May be run from several threads.</summary>
internal sealed class GraphSession : IDisposable
{
    private const string WeightsFolder = "session.model_external_initializers_file_folder_path";

    private readonly InferenceSession session;

    /// <param name="model">The graph.</param>
    /// <param name="folder">The folder with the files that its weights lie in.</param>
    internal GraphSession(ModelProto model, string folder)
    {
        using var options = new SessionOptions();
        options.AddSessionConfigEntry(WeightsFolder, folder);
        options.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        session = new InferenceSession(model.ToByteArray(), options);
    }

    /// <summary>The names of the graph's inputs.</summary>
    internal IReadOnlyCollection<string> Inputs => session.InputNames;

    /// <summary>The names of the graph's outputs.</summary>
    internal IReadOnlyList<string> Outputs => session.OutputNames;

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">All inputs by their names.</param>
    /// <param name="given">Outputs that are written into tensors that are there.</param>
    /// <param name="wanted">Outputs that are asked for beside those.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>What was asked for, by names; the caller frees it.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal Dictionary<string, OrtValue> Run(IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyDictionary<string, OrtValue> given,
        IReadOnlyList<string> wanted, CancellationToken cancellation)
    {
        using var options = new RunOptions();
        using var stop = cancellation.Register(() => options.Terminate = true);
        using var binding = session.CreateIoBinding();
        foreach (var (name, value) in inputs)
            binding.BindInput(name, value);
        foreach (var (name, value) in given)
            binding.BindOutput(name, value);
        foreach (var name in wanted)
            binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance);
        try
        {
            session.RunWithBinding(options, binding);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        cancellation.ThrowIfCancellationRequested();
        var outputs = binding.GetOutputValues();
        var result = new Dictionary<string, OrtValue>();
        foreach (var (i, name) in given.Keys.Concat(wanted).Index())
        {
            if (i >= given.Count)
                result[name] = outputs[i];
        }
        return result;
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
