using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace EosMLNet.LibTorch;

/// <summary>
/// An empty shared library whose only content is a name. TorchSharp's type initialiser loads "torch_cpu" and "torch_cuda" by name, and .NET
/// then finds the libtorch packaged beside the program, even when another one has been loaded already. Linux's loader answers a request for
/// a bare name with the loaded library of that SONAME, and .NET asks for "torch_cpu.so" before "libtorch_cpu.so"; so once a library of that
/// name is loaded, TorchSharp is content with it and the packaged libtorch stays on disk (build/docs/adr/0006).
/// </summary>
internal static class DecoyLibrary
{
    /// <summary>Loads an empty library of the SONAME <paramref name="name"/>, for example <c>torch_cpu.so</c>. Linux x64 only.</summary>
    internal static void Load(string name)
    {
        using var folder = new ScratchFolder(); // the mapping lives on without the file
        File.WriteAllBytes(folder[name], Image(name));
        NativeLibrary.Load(folder[name]);
    }

    // An ELF file of one segment: file header, three program headers, the dynamic section, its strings, and the one symbol that every table
    // starts with. Format: System V ABI, chapters 4 and 5.
    private static byte[] Image(string name)
    {
        const int Headers = 64 + 3 * 56, DynamicSize = 6 * 16, SymbolSize = 24;
        var strings = Encoding.ASCII.GetBytes($"\0{name}\0");
        var symbols = (Headers + DynamicSize + strings.Length + 7) / 8 * 8;
        var size = symbols + SymbolSize;
        var image = new MemoryStream(new byte[size]);

        image.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // 64 bit, little endian, version 1
        Write(image, 2, 3, 62);                          // shared object, x86-64
        Write(image, 4, 1);                              // version
        Write(image, 8, 0, 64, 0);                       // no entry point, program headers at 64, no section headers
        Write(image, 4, 0);                              // flags
        Write(image, 2, 64, 56, 3, 0, 0, 0);             // sizes and counts of the headers
        ProgramHeader(type: 1, offset: 0, size, align: 4096);                 // PT_LOAD, the whole file
        ProgramHeader(type: 2, Headers, DynamicSize, align: 8);               // PT_DYNAMIC
        ProgramHeader(type: 0x6474e551, offset: 0, segmentSize: 0, align: 16); // PT_GNU_STACK: no executable stack, please
        Write(image, 8, 14, 1);                          // DT_SONAME: the string at 1
        Write(image, 8, 5, Headers + DynamicSize);       // DT_STRTAB
        Write(image, 8, 6, symbols);                     // DT_SYMTAB
        Write(image, 8, 10, strings.Length);             // DT_STRSZ
        Write(image, 8, 11, SymbolSize);                 // DT_SYMENT
        Write(image, 8, 0, 0);                           // DT_NULL
        image.Write(strings);
        return image.ToArray();

        void ProgramHeader(long type, long offset, long segmentSize, long align)
        {
            Write(image, 4, type, 6); // readable and writable: older loaders relocate the dynamic section in place
            Write(image, 8, offset, offset, offset, segmentSize, segmentSize, align);
        }
    }

    private static void Write(Stream stream, int width, params ReadOnlySpan<long> values)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            stream.Write(bytes[..width]);
        }
    }
}
