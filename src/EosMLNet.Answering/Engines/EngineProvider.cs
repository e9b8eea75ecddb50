using System.ComponentModel;
using System.Reflection;

namespace EosMLNet.Engines;

/// <summary>
/// An engine that answers: it loads models, and needs a package that this one does not depend on. Its assembly names it with an
/// <see cref="EngineProviderAttribute"/> and is found by its name; users register nothing.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class EngineProvider
{
    private const string Torch = "torch", Onnx = "onnx", TorchAssembly = "EosMLNet";

    // The assembly of each engine; its package has the same name.
    private static readonly Dictionary<string, string> Assemblies =
        new() { [Torch] = TorchAssembly, [Onnx] = typeof(EngineProvider).Assembly.GetName().Name! };

    /// <summary>Loads a model.</summary>
    /// <param name="request">Which one, and how.</param>
    /// <returns>The model; the caller's to dispose. If something goes wrong, nothing of it stays behind.</returns>
    /// <exception cref="EosException">EOS1xxx, EOS2xxx: the model cannot be loaded. EOS4002: the plan does not fit it.</exception>
    public abstract AnsweringModel Load(ModelRequest request);

    /// <summary>Loads the engine's libraries; nothing where <see cref="Load"/> does it as soon.</summary>
    /// <exception cref="EosException">EOS2011: they cannot be loaded.</exception>
    internal virtual void Prepare()
    {
    }

    /// <summary>
    /// Begins to get an engine ready, beside other work: its libraries are loaded while files are read. What goes wrong is
    /// <see cref="Load"/>'s to say.
    /// </summary>
    /// <param name="engine">Which one.</param>
    internal static void Begin(AnsweringEngine engine) => _ = Task.Run(() =>
    {
        try
        {
            Find(engine).Prepare();
        }
        catch (EosException)
        {
        }
    });

    /// <summary>Finds an engine.</summary>
    /// <param name="engine">Which one.</param>
    /// <exception cref="EosException">EOS2010: it is not there.</exception>
    internal static EngineProvider Find(AnsweringEngine engine) => Find(engine switch
    {
        AnsweringEngine.Torch => Torch,
        AnsweringEngine.Onnx => Onnx,
        _ => HasTorch() ? Torch : Onnx,
    });

    private static bool HasTorch()
    {
        try
        {
            return Assembly.Load(TorchAssembly) is not null;
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            return false;
        }
    }

    /// <summary>Finds an engine beside the program.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="EosException">EOS2010: it is not there.</exception>
    private static EngineProvider Find(string name)
    {
        var home = Assemblies[name];
        try
        {
            var providers = Assembly.Load(home).GetCustomAttributes<EngineProviderAttribute>();
            if (providers.FirstOrDefault(provider => provider.Name == name) is { } found)
                return (EngineProvider)Activator.CreateInstance(found.Type)!;
            throw Missing("has no such engine");
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            throw Missing("cannot be loaded", e);
        }

        EosException Missing(string why, Exception? cause = null) => new(EosErrors.Engine,
            $"The model is to be run by the engine '{name}', but the assembly {home} {why}. " +
            $"Run: dotnet add package {home}", cause);
    }
}
