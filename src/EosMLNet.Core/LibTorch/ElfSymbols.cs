using System.Runtime.InteropServices;
using System.Text;

namespace EosMLNet.LibTorch;

/// <summary>
/// Reads what a 64-bit ELF library imports. Functions bind when first called, so a missing one would end the process in the middle of a
/// computation; asking first is kinder.
/// </summary>
internal static class ElfSymbols
{
    private const int DynamicSymbolSection = 11; // SHT_DYNSYM
    private const int SectionHeaderSize = 64, SymbolSize = 24;

    /// <summary>
    /// The C++ functions and variables of libtorch (namespaces at, c10, torch, caffe2) that <paramref name="path"/> needs from other
    /// libraries.
    /// </summary>
    internal static IReadOnlyList<string> LibTorchImports(string path)
    {
        var file = File.ReadAllBytes(path);
        var sections = Read<long>(file, 40);
        var sectionCount = Read<ushort>(file, 60);
        for (var i = 0; i < sectionCount; i++)
        {
            var section = sections + i * SectionHeaderSize;
            if (Read<int>(file, section + 4) == DynamicSymbolSection)
                return [.. Undefined(file, section, sections).Where(IsLibTorch)];
        }
        return [];
    }

    private static IEnumerable<string> Undefined(byte[] file, long section, long sections)
    {
        var symbols = Read<long>(file, section + 24);
        var count = Read<long>(file, section + 32) / SymbolSize;
        var strings = Read<long>(file, sections + Read<int>(file, section + 40) * SectionHeaderSize + 24);
        for (var i = 1; i < count; i++)
        {
            var symbol = symbols + i * SymbolSize;
            var isWeak = file[symbol + 4] >> 4 == 2;
            if (Read<ushort>(file, symbol + 6) == 0 && !isWeak)
                yield return Text(file, strings + Read<int>(file, symbol));
        }
    }

    // Itanium C++ names: _ZN 2at …, _ZNK 3c10 …, and types or vtables of those namespaces (_ZTI, _ZTV).
    private static bool IsLibTorch(string symbol) =>
        System.Text.RegularExpressions.Regex.IsMatch(symbol, "^_Z(N|NK|TIN|TVN|TSN)(2at|3c10|5torch|6caffe2)");

    private static T Read<T>(byte[] file, long offset) where T : unmanaged => MemoryMarshal.Read<T>(file.AsSpan(checked((int)offset)));

    private static string Text(byte[] file, long offset)
    {
        var bytes = file.AsSpan(checked((int)offset));
        return Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }
}
