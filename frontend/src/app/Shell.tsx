import { AppShell, Burger, Group, Menu, NativeSelect, Stack, Text, UnstyledButton } from "@mantine/core";
import { useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconActivity,
  IconAddressBook,
  IconBrain,
  IconChecklist,
  IconChevronDown,
  IconDeviceDesktop,
  IconEye,
  IconFileExport,
  IconFileImport,
  IconGavel,
  IconHistory,
  IconKey,
  IconLogout,
  IconMoon,
  IconScale,
  IconSchool,
  IconStethoscope,
  IconSun,
  IconTelescope,
  IconUsers,
  IconUsersGroup,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { NavLink, Outlet, useNavigate } from "react-router";
import { useSignOut } from "@/api/signIn";
import { useHealth, useSession } from "@/api/queries";
import { humanize } from "@/lib/format";
import { AlarmBanner } from "./AlarmBanner";
import { useSessionUser, type ActionName } from "./session";
import { WaitingNote } from "./WaitingNote";

interface Place {
  readonly to: string;
  readonly title: string;
  readonly icon: ReactNode;
  readonly action?: ActionName;
}

const PLACES: readonly Place[] = [
  { to: "/worklist", title: "Worklist", icon: <IconChecklist size={18} />, action: "labels.write" },
  { to: "/review", title: "Review", icon: <IconStethoscope size={18} />, action: "labels.judge" },
  { to: "/patients", title: "Patients", icon: <IconUsers size={18} /> },
  { to: "/agreement", title: "Agreement", icon: <IconScale size={18} />, action: "labels.judge" },
  { to: "/disagreements", title: "Disagreements", icon: <IconGavel size={18} />, action: "labels.judge" },
  { to: "/imports", title: "Imports", icon: <IconFileImport size={18} />, action: "data.import" },
  { to: "/exports", title: "Exports", icon: <IconFileExport size={18} />, action: "data.export" },
  { to: "/training", title: "Training", icon: <IconSchool size={18} />, action: "models.train" },
  { to: "/models", title: "Models", icon: <IconBrain size={18} />, action: "models.see" },
  { to: "/watch", title: "Watching", icon: <IconTelescope size={18} />, action: "models.see" },
  { to: "/jobs", title: "Jobs", icon: <IconActivity size={18} />, action: "jobs.see_all" },
  { to: "/people", title: "People", icon: <IconAddressBook size={18} />, action: "people.manage" },
  { to: "/audit", title: "Audit log", icon: <IconHistory size={18} />, action: "audit.see" },
];

const readingOf = (project: number): Place => ({
  to: `/projects/${project}`,
  title: "Reading",
  icon: <IconUsersGroup size={18} />,
  action: "labels.judge",
});

export function Logo() {
  return (
    <Group gap={8} wrap="nowrap">
      <IconEye size={24} color="var(--mantine-color-fovea-6)" aria-hidden />
      <Text fw={700} size="lg" style={{ letterSpacing: "-0.01em" }}>
        Fovea
      </Text>
    </Group>
  );
}

function UserMenu() {
  const { user } = useSessionUser();
  const { setColorScheme } = useMantineColorScheme();
  const signOut = useSignOut(user.id);
  const navigate = useNavigate();
  const name = user.full_name || user.username;
  const roles = user.roles.map(humanize).join(", ");
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className="nav-link" aria-label={`${name} ${roles} – Account menu`}>
          <span>
            {name}{" "}
            <Text size="xs" c="dimmed">
              {roles}
            </Text>
          </span>
          <IconChevronDown size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconKey size={16} />} onClick={() => void navigate("/account")}>
          Account and tokens
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconSun size={16} />} onClick={() => setColorScheme("light")}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<IconMoon size={16} />} onClick={() => setColorScheme("dark")}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<IconDeviceDesktop size={16} />} onClick={() => setColorScheme("auto")}>
          As the system
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={16} />}
          onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate("/sign-in") })}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function ProjectChoice() {
  const { project, projects, chooseProject } = useSessionUser();
  if (projects.length < 2) {
    return (
      <Text size="sm" c="dimmed" truncate>
        {project?.name}
      </Text>
    );
  }
  return (
    <NativeSelect
      size="xs"
      aria-label="Project"
      value={String(project?.id ?? "")}
      data={projects.map(({ id, name }) => ({ value: String(id), label: name }))}
      onChange={(event) => chooseProject(Number(event.currentTarget.value))}
    />
  );
}

function HealthNote() {
  const health = useHealth();
  const broken = health.isError || (health.data && health.data.status !== "ok");
  if (!broken) return null;
  return (
    <Text size="xs" c="orange" px="sm" role="status">
      {health.isError
        ? "The server does not answer."
        : "Workers or broker not reachable: new jobs wait and start once they are back."}
    </Text>
  );
}

/** Menu, header and the page in them: the route's own, or the one given. */
export function Shell({ children }: { children?: ReactNode }) {
  const { can, project } = useSessionUser();
  const onePerson = useSession().data?.one_person_site === true;
  const places = PLACES.flatMap((place) =>
    place.to === "/agreement" && project ? [place, readingOf(project.id)] : [place],
  );
  const [opened, menu] = useDisclosure();
  return (
    <AppShell
      header={{ height: 54 }}
      navbar={{ width: 200, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={0}
    >
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="md" wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <NavLink to="/" style={{ textDecoration: "none", color: "inherit" }}>
              <Logo />
            </NavLink>
            <ProjectChoice />
          </Group>
          <UserMenu />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs">
        <Stack gap={2} component="nav" aria-label="Pages">
          {places
            .filter(({ action }) => !action || can(action))
            .map(({ to, title, icon }) => (
              <NavLink key={to} to={to} className="nav-link" onClick={menu.close}>
                {icon}
                {title}
              </NavLink>
            ))}
        </Stack>
        <Stack gap="xs" mt="auto">
          <WaitingNote />
          <HealthNote />
          <Text className="disclaimer" px="sm" pb="xs">
            {onePerson && "This site is set to one-person operation. "}
            For research and decision support, not a medical device.
          </Text>
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <AlarmBanner />
        {children ?? <Outlet />}
      </AppShell.Main>
    </AppShell>
  );
}
