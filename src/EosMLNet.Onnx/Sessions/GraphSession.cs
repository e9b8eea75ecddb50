using Microsoft.ML.OnnxRuntime;

namespace EosMLNet.Onnx.Sessions;

/// <summary>A graph that ONNX Runtime has loaded. May be run from several threads.</summary>
internal sealed class GraphSession : IDisposable
{
    private const string WeightsFolder = "session.model_external_initializers_file_folder_path";
    private const string FlushDenormals = "session.set_denormal_as_zero"; // on ONNX Runtime's own threads

    private static int live;

    private readonly InferenceSession session;
    private bool disposed;

    /// <param name="graph">The graph, as it is written in files.</param>
    /// <param name="folder">The folder with the files that its weights lie in.</param>
    /// <param name="options">Where and how it is run.</param>
    /// <exception cref="EosException">EOS2011: ONNX Runtime is not there, or cannot load the graph.</exception>
    internal GraphSession(byte[] graph, string folder, OnnxOptions options)
    {
        try
        {
            using var settings = OnnxRuntimeLibrary.Settings(options);
            settings.AddSessionConfigEntry(WeightsFolder, Path.GetFullPath(folder));
            settings.AddSessionConfigEntry(FlushDenormals, "1");
            using var flushed = new FlushedDenormals(); // the first session of a process changes the thread, too: it is changed back
            session = new InferenceSession(graph, settings);
            Interlocked.Increment(ref live);
        }
        catch (OnnxRuntimeException e)
        {
            throw new EosException(EosErrors.OnnxRuntime,
                $"ONNX Runtime {OnnxRuntimeLibrary.Version} cannot load a graph of '{folder}': {e.Message} " +
                "Update Microsoft.ML.OnnxRuntime, or export the model again.", e);
        }
    }

    /// <summary>How many there are that nobody has disposed.</summary>
    internal static int Live => Volatile.Read(ref live);

    /// <summary>The names of the graph's inputs.</summary>
    internal IReadOnlyCollection<string> Inputs => session.InputNames;

    /// <summary>The names of the graph's outputs.</summary>
    internal IReadOnlyList<string> Outputs => session.OutputNames;

    /// <summary>Runs the graph and asks for all outputs.</summary>
    /// <param name="inputs">All inputs by their names.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal OwnedValues Run(OwnedValues inputs, CancellationToken cancellation) =>
        Run(inputs.Values, new Dictionary<string, OrtValue>(), Outputs, cancellation);

    /// <summary>Runs the graph.</summary>
    /// <param name="inputs">All inputs by their names.</param>
    /// <param name="given">Outputs that are written into tensors that are there.</param>
    /// <param name="wanted">Outputs that are asked for beside those.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <returns>What was asked for, by names.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal OwnedValues Run(IReadOnlyDictionary<string, OrtValue> inputs, IReadOnlyDictionary<string, OrtValue> given,
        IReadOnlyList<string> wanted, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // What goes wrong is thrown: a run that is cancelled is no error line on the console.
        using var options = new RunOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
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
            using var flushed = new FlushedDenormals();
            session.RunWithBinding(options, binding);
        }
        catch (OnnxRuntimeException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        cancellation.ThrowIfCancellationRequested();
        var outputs = binding.GetOutputValues(); // those that were given, and behind them those that were asked for
        return new OwnedValues(wanted.Select((name, i) => (name, Value: outputs[given.Count + i])).ToDictionary(x => x.name, x => x.Value));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        session.Dispose();
        Interlocked.Decrement(ref live);
    }
}
