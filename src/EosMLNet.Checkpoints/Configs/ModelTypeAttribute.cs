namespace EosMLNet.Checkpoints;

/// <summary>
/// Says which <c>model_type</c> of a config.json a class is for. A family of models is found by it: its configuration, and its model.
/// Adding a family is adding its files.
/// </summary>
/// <param name="modelType">The <c>model_type</c>, such as <c>llava</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ModelTypeAttribute(string modelType) : Attribute
{
    /// <summary>The <c>model_type</c>.</summary>
    public string ModelType => modelType;

    /// <summary>The classes of an assembly that are for a <c>model_type</c> and derive from a class, by their <c>model_type</c>.</summary>
    /// <typeparam name="T">The class that they derive from, or are.</typeparam>
    public static IReadOnlyDictionary<string, Type> Find<T>() => typeof(T).Assembly.GetTypes()
        .Where(type => type.IsAssignableTo(typeof(T)))
        .Select(type => (Type: type, Attribute: (ModelTypeAttribute?)GetCustomAttribute(type, typeof(ModelTypeAttribute), inherit: false)))
        .Where(found => found.Attribute is not null)
        .ToDictionary(found => found.Attribute!.ModelType, found => found.Type, StringComparer.Ordinal);
}
