// Publicizer OUT-FOLDER SEARCH-FOLDER;... ASSEMBLY.dll;...
// Writes copies of some of ML.NET's assemblies whose internal types and members are public. EosMLNet is compiled against the copies, because what
// a transformer needs for Model.Save and Model.Load is internal in ML.NET; at run time the original assemblies are loaded and
// IgnoresAccessChecksTo opens them (build/docs/adr/0003). The copies are references only: they are never shipped or run.
using Mono.Cecil;

var (output, folders, assemblies) = (args[0], Split(args[1]), Split(args[2]));
Directory.CreateDirectory(output);
using var resolver = new DefaultAssemblyResolver();
foreach (var folder in folders)
    resolver.AddSearchDirectory(folder);
foreach (var path in assemblies)
    Publicize(path, Path.Combine(output, Path.GetFileName(path)), resolver);

static string[] Split(string list) => list.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

static void Publicize(string from, string to, IAssemblyResolver resolver)
{
    using var assembly = AssemblyDefinition.ReadAssembly(from, new ReaderParameters { AssemblyResolver = resolver });
    // Only ML.NET's own namespaces: each assembly also embeds compiler attributes (System.Runtime.CompilerServices) that would clash.
    foreach (var type in assembly.MainModule.GetTypes().Where(t => Outermost(t).Namespace.StartsWith("Microsoft.ML", StringComparison.Ordinal)))
        Open(type);
    // Builds may run side by side: nobody may see half a file.
    var temporary = $"{to}.{Guid.NewGuid():N}.tmp";
    assembly.Write(temporary);
    File.Move(temporary, to, overwrite: true);
}

static TypeDefinition Outermost(TypeDefinition type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

static void Open(TypeDefinition type)
{
    if (type.IsNotPublic)
        type.IsPublic = true;
    if (type.IsNestedAssembly || type.IsNestedFamilyAndAssembly || type.IsNestedFamilyOrAssembly)
        type.IsNestedPublic = true;
    foreach (var method in type.Methods.Where(m => m.IsAssembly || m.IsFamilyAndAssembly || m.IsFamilyOrAssembly))
        method.IsPublic = true;
    foreach (var field in type.Fields.Where(f => f.IsAssembly || f.IsFamilyAndAssembly || f.IsFamilyOrAssembly))
        field.IsPublic = true;
}
