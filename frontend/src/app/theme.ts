import { Badge, createTheme, Modal, Pagination, type MantineColorsTuple } from "@mantine/core";

const fovea: MantineColorsTuple = [
  "#e8f6f8",
  "#d3e9ed",
  "#a6d2db",
  "#76bac8",
  "#4fa6b8",
  "#369aae",
  "#268fa5",
  "#177a8f",
  "#076c80",
  "#005d70",
];

const PAGES = { first: "First page", previous: "Page before", next: "Next page", last: "Last page" } as const;

export const theme = createTheme({
  primaryColor: "fovea",
  primaryShade: { light: 8, dark: 7 },
  autoContrast: true,
  colors: { fovea },
  defaultRadius: "md",
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace',
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.5rem" }, h2: { fontSize: "1.15rem" } } },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Badge: Badge.extend({ defaultProps: { miw: "fit-content" } }), // its words are never cut
    Pagination: Pagination.extend({
      defaultProps: { getControlProps: (control) => ({ "aria-label": PAGES[control] }) },
    }),
    Modal: Modal.extend({ defaultProps: { closeButtonProps: { "aria-label": "Close" } } }),
  },
});
