using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML;

namespace EosMLNet.Internals;

/// <summary>
/// The self-test of what EosMLNet uses of ML.NET's internals (build/docs/adr/0003). An installed ML.NET that lacks one of the members would
/// otherwise fail with a <see cref="MissingMethodException"/> in the middle of a pipeline; here it fails at the first call, and says what
/// to do.
/// </summary>
internal static class MlNetInternals
{
    private static readonly ConcurrentDictionary<Assembly, EosException?> Faults = new();

    /// <summary>Called at each of the doors: the catalog, its stages and the loading of a saved model.</summary>
    /// <param name="assembly">What is entered: this assembly, or that of another stage.</param>
    /// <exception cref="EosException">EOS2004: the installed ML.NET lacks a member.</exception>
    public static void Check(Assembly assembly)
    {
        if (Faults.GetOrAdd(assembly, FindFault) is { } fault)
            throw fault;
    }

    // Compiling a method resolves every type and member that it names, so compiling them all is the complete test.
    private static EosException? FindFault(Assembly assembly)
    {
        try
        {
            foreach (var type in assembly.GetTypes().Where(t => !t.ContainsGenericParameters))
                foreach (var method in Bodies(type))
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
            return null;
        }
        catch (Exception e)
            when (e is MissingMemberException or MemberAccessException or TypeLoadException or ReflectionTypeLoadException
                or InvalidProgramException)
        {
            var reason = e is ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } ? first : e;
            return new EosException(EosErrors.MlNetVersion,
                $"The installed ML.NET ({typeof(MLContext).Assembly.GetName().Version}) does not fit: {reason.Message} Expected " +
                "Microsoft.ML 5.0.x. " +
                "Reference Microsoft.ML 5.0.1, or a version of EosMLNet made for the installed one.", e);
        }
    }

    private static IEnumerable<MethodBase> Bodies(Type type)
    {
        const BindingFlags All =
            BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        return type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)).Where(m => !m.IsAbstract && !m.ContainsGenericParameters);
    }
}
