using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Fuzz.Engine;

/// <summary>
/// Which ways through the readers were gone: counts of edges between blocks of code, which instrumented assemblies write, and how often
/// each was gone so far, in AFL's classes (1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more).
/// </summary>
internal sealed unsafe class CoverageMap
{
    private const int Size = 1 << 16; // as SharpFuzz has it
    private static readonly byte[] Classes = [.. Enumerable.Range(0, 256).Select(Class)];
    private static readonly byte* hits = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] seen = new byte[Size];

    /// <summary>Gives instrumented code a place to write to, before any of it runs, and for the whole life of the process.</summary>
    [ModuleInitializer]
    internal static void Begin() => Trace.SharedMem = hits;

    /// <summary>Edges that were gone at all.</summary>
    internal int Edges { get; private set; }

    /// <summary>Forgets the counts, in front of an input.</summary>
    internal void Clear()
    {
        new Span<byte>(hits, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the input behind <see cref="Clear"/> went a way that none before it has gone.</summary>
    internal bool IsNew()
    {
        var found = false;
        for (var block = 0; block < Size; block += sizeof(ulong))
        {
            if (*(ulong*)(hits + block) == 0)
                continue;
            for (var i = block; i < block + sizeof(ulong); i++)
            {
                var own = Classes[hits[i]];
                if ((own & ~seen[i]) == 0)
                    continue;
                Edges += seen[i] == 0 ? 1 : 0;
                seen[i] |= own;
                found = true;
            }
        }
        return found;
    }

    private static byte Class(int count) => count switch
    {
        0 => 0,
        <= 3 => (byte)(1 << (count - 1)),
        < 32 => (byte)(1 << (BitOperations.Log2((uint)count) + 1)),
        < 128 => 1 << 6,
        _ => 1 << 7,
    };
}
