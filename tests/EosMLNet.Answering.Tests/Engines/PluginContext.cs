using System.Reflection;
using System.Runtime.Loader;

namespace EosMLNet.Tests.Engines;

/// <summary>A context as hosts of plugins make it: it loads all that an assembly needs anew, and can be unloaded.</summary>
internal sealed class PluginContext(string assembly) : AssemblyLoadContext("plugin", isCollectible: true)
{
    private readonly AssemblyDependencyResolver resolver = new(assembly);

    protected override Assembly? Load(AssemblyName name) => resolver.ResolveAssemblyToPath(name) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string name) => resolver.ResolveUnmanagedDllToPath(name) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
