using System.ComponentModel;

namespace EosMLNet.Engines;

/// <summary>Names an engine that the assembly has.</summary>
/// <param name="name">The engine's name, such as <c>torch</c>.</param>
/// <param name="type">Its <see cref="EngineProvider"/>, with a constructor without parameters.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class EngineProviderAttribute(string name, Type type) : Attribute
{
    /// <summary>The engine's name.</summary>
    public string Name { get; } = name;

    /// <summary>Its <see cref="EngineProvider"/>.</summary>
    public Type Type { get; } = type;
}
